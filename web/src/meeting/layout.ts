/* Where pictures stand: pure sums, so that they can be tested. */
export const PAGE = 25;
export const RATIO = 16 / 9;

export interface Grid { columns: number; rows: number; width: number; height: number }

/** The largest tiles of one shape that fit. On a tall narrow screen tiles may be squarer (down to 4:5). */
export function grid(count: number, width: number, height: number, gap = 8, slimmest = width < height ? 0.8 : RATIO): Grid {
  let best: Grid = { columns: 1, rows: Math.max(1, count), width: 0, height: 0 };
  for (let columns = 1; columns <= Math.max(1, count); columns++) {
    const rows = Math.ceil(Math.max(1, count) / columns);
    const [roomWide, roomHigh] = [(width - gap * (columns - 1)) / columns, (height - gap * (rows - 1)) / rows];
    if (roomWide <= 0 || roomHigh <= 0) continue;
    const ratio = Math.max(slimmest, Math.min(RATIO, roomWide / roomHigh));
    const wide = Math.min(roomWide, roomHigh * ratio);
    if (wide * (wide / ratio) > best.width * best.height) {
      best = { columns, rows, width: Math.floor(wide), height: Math.floor(wide / ratio) };
    }
  }
  return best;
}

/** How many pictures one page holds without becoming too small to see: at least 2 (phone), at most 25. */
export function pageSize(width: number, height: number, smallest = width < 600 ? 140 : 160): number {
  let size = 2;
  while (size < PAGE && grid(size + 1, width, height).width >= smallest) size++;
  return size;
}

const PAGER = 52; // pixels below the pictures where there are several pages

/** How many pictures a page holds and how high they may stand together: what turns the pages covers none of them. */
export function fitting(count: number, width: number, height: number): { most: number; high: number } {
  const most = pageSize(width, height);
  if (count <= most) return { most, high: height };
  return { most: pageSize(width, height - PAGER), high: height - PAGER };
}

export function pages(count: number, size: number): number {
  return Math.max(1, Math.ceil(count / size));
}

/** Who talks comes onto the first page, in place of the one there who has been silent longest; others keep their place. */
export function promoted(order: string[], talker: string, size: number, spoke: Map<string, number>, fixed: Set<string>): string[] {
  const at = order.indexOf(talker);
  if (at < size) return order;
  const first = order.slice(0, size).filter((id) => !fixed.has(id));
  const silent = first.sort((a, b) => (spoke.get(a) ?? 0) - (spoke.get(b) ?? 0))[0];
  if (!silent) return order;
  const next = [...order];
  next[order.indexOf(silent)] = talker;
  next[at] = silent;
  return next;
}

/** Keeps the order of those who are still there and adds newcomers at the end. */
export function reordered(order: string[], present: string[]): string[] {
  const there = new Set(present);
  const kept = order.filter((id) => there.has(id));
  const known = new Set(kept);
  return [...kept, ...present.filter((id) => !known.has(id))];
}
