/* Builds the meeting room in chunks: `room.js` is loaded first, the rest when it is needed. */
import { build } from "esbuild";
import { cpSync, mkdirSync, readdirSync } from "node:fs";

import { ownFonts } from "./own-fonts.js";

const out = "../musubu/portal/static/portal/build";
await build({
  entryPoints: ["src/meeting/room.tsx", "src/meeting/check.ts"],
  bundle: true, minify: true, splitting: true, format: "esm", target: "es2022", outdir: out,
  chunkNames: "chunk-[name]-[hash]", logLevel: "warning", jsx: "automatic", jsxImportSource: "preact",
  plugins: [ownFonts],
});
await build({ entryPoints: ["styles/room.css"], bundle: true, minify: true, outfile: `${out}/room.css`, logLevel: "warning" });

/* The model that finds the person before the background: its package carries everything, so it works without a network. */
const blur = "node_modules/@mediapipe/selfie_segmentation";
mkdirSync(`${out}/blur`, { recursive: true });
for (const name of readdirSync(blur)) {
  if (/\.(js|wasm|tflite|binarypb)$/.test(name)) cpSync(`${blur}/${name}`, `${out}/blur/${name}`, { mode: 0 });
}
