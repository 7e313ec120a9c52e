/* Where the build lies, and styles that are fetched with the feature that needs them. */
export const base = new URL(".", import.meta.url).href;

export function style(name: string): Promise<void> {
  const href = base + name;
  if (document.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  return new Promise((resolve) => {
    link.addEventListener("load", () => { resolve(); });
    link.addEventListener("error", () => { resolve(); });
    document.head.append(link);
  });
}
