/* What the things done together fetch beside their code, copied from the packages so that nothing comes from outside:
   fonts and style of the whiteboard, worker, character maps and fonts of the document reader. */
import { build } from "esbuild";
import { cpSync, mkdirSync } from "node:fs";

const out = "../musubu/portal/static/portal/build";
const drawing = "node_modules/@excalidraw/excalidraw/dist/prod";
cpSync(`${drawing}/index.css`, `${out}/excalidraw.css`);
cpSync(`${drawing}/fonts`, `${out}/fonts`, { recursive: true });

const paper = "node_modules/pdfjs-dist";
mkdirSync(`${out}/pdf`, { recursive: true });
cpSync(`${paper}/build/pdf.worker.min.mjs`, `${out}/pdf/worker.js`);
for (const folder of ["cmaps", "standard_fonts", "wasm", "iccs"]) cpSync(`${paper}/${folder}`, `${out}/pdf/${folder}`, { recursive: true });

await build({ entryPoints: ["styles/together.css"], bundle: true, minify: true, outfile: `${out}/together.css`, logLevel: "warning" });
