/* For esbuild: the whiteboard takes fonts from us alone. Its package names a public server after ours for each of its
   200 fonts; the page's policy forbids it, and browsers would complain of every one. */
import { readFileSync } from "node:fs";

const OTHERS = /\w+\.push\(new URL\(\w+,\w+\.ASSETS_FALLBACK_URL\)\),/;

export const ownFonts = {
  name: "own-fonts",
  setup(build) {
    let found = 0, whole = false;
    build.onLoad({ filter: /@excalidraw\/excalidraw\/dist\/prod\/[^/]+\.js$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      whole ||= /\/index\.js$/.test(path);
      found += OTHERS.test(text) ? 1 : 0;
      return { contents: text.replace(OTHERS, ""), loader: "js" };
    });
    build.onEnd(() => {
      if (whole && found !== 1) throw new Error("the whiteboard's package has changed: look where it takes its fonts from");
    });
  },
};
