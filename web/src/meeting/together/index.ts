/* What is done together in a room; each is fetched when it is first opened. */
import type { Feature } from "../features";

export const TOGETHER: Feature[] = [
  {
    name: "documents", label: "Documents", icon: "file", place: "stage", load: () => import("./documents"),
    heard: ({ act, data }) => (act === "shown" && data.shown ? "open" : undefined),
  },
  {
    name: "board", label: "Whiteboard", icon: "board", place: "stage", load: () => import("./board"),
    heard: ({ act, data }) => (act === "shown" && data.shown ? "open" : undefined),
  },
  {
    name: "polls", label: "Polls", icon: "poll", place: "panel", load: () => import("./polls"),
    heard: ({ act, data }, rights) => (act === "list" && data.why === "open" && !rights.host ? "open" : undefined),
  },
  { name: "attendance", label: "Attendance", icon: "people", place: "panel", load: () => import("./attendance"), offered: (rights) => rights.host },
  { name: "files", label: "Attach a file", icon: "clip", place: "chat", load: () => import("./files") },
];
