/* Files between browser and server: brought with progress, fetched with the room's token, downloaded by short links. */
export interface Brought { id: string; name: string; size: number; type: string; url: string; preview?: boolean }
export type Use = "chat" | "board" | "document";
export interface Doors { pass(): string }

export class NotBrought extends Error {}

const headers = (doors: Doors) => ({ "X-Room": doors.pass() });

/* Raises NotBrought with the server's words. `progress` is told parts of 1. */
export function bring<T = Brought>(doors: Doors, file: File, use: Use, progress?: (part: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/meetings/files/?use=${use}`);
    request.setRequestHeader("X-Room", doors.pass());
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress?.(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      const answer = readable(request.responseText);
      if (request.status === 200) resolve(answer as T);
      else reject(new NotBrought((answer as { text?: string }).text ?? ""));
    });
    request.addEventListener("error", () => { reject(new NotBrought("")); });
    request.send(file);
  });
}

function readable(text: string): unknown {
  try { return JSON.parse(text); } catch { return {}; }
}

export async function fetched(doors: Doors, url: string): Promise<Blob> {
  const answer = await fetch(url, { headers: headers(doors) });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.blob();
}

/* The chat's message reaches the database a moment after it reached the people, so a first refusal is asked again. */
export async function patiently(doors: Doors, url: string): Promise<Blob> {
  for (const pause of [300, 900]) {
    try { return await fetched(doors, url); } catch { await new Promise((go) => setTimeout(go, pause)); }
  }
  return fetched(doors, url);
}

/* As an address that a picture may have under every policy of ours. */
export function dataUrl(content: Blob): Promise<string> {
  const reader = new FileReader();
  return new Promise((resolve, reject) => {
    reader.addEventListener("load", () => { resolve(reader.result as string); });
    reader.addEventListener("error", () => { reject(new Error("unreadable")); });
    reader.readAsDataURL(content);
  });
}

export async function download(doors: Doors, url: string): Promise<void> {
  const answer = await fetch("/meetings/links/", { method: "POST", headers: headers(doors), body: JSON.stringify({ url }) });
  if (!answer.ok) throw new Error(String(answer.status));
  follow(((await answer.json()) as { url: string }).url);
}

/* Gives the browser an address, or content made here, as a file. */
export function follow(url: string, name = ""): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.rel = "noopener";
  document.body.append(link);
  link.click();
  link.remove();
}

export function save(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  follow(url, name);
  setTimeout(() => { URL.revokeObjectURL(url); }, 60_000);
}

export function size(bytes: number): string {
  const mega = bytes / (1024 * 1024);
  return mega < 1 ? `${String(Math.max(1, Math.round(bytes / 1024)))} kB` : `${mega.toFixed(mega < 10 ? 1 : 0)} MB`;
}
