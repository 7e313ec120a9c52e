/* A value that pages watch: each watcher is called once after a burst of changes, and only if what it picks differs. */
import { useEffect, useRef, useState } from "preact/hooks";

export class Store<T extends object> {
  readonly #watchers = new Set<() => void>();
  #pending = false;

  constructor(public value: T) {}

  set(change: Partial<T>): void {
    this.value = { ...this.value, ...change };
    if (this.#pending) return;
    this.#pending = true;
    queueMicrotask(() => {
      this.#pending = false;
      for (const watcher of this.#watchers) watcher();
    });
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => { this.#watchers.delete(watcher); };
  }
}

/** Picks a part of the store for a component, which is drawn again only when that part is another one. */
export function usePicked<T extends object, P>(store: Store<T>, pick: (value: T) => P): P {
  const [, redraw] = useState(0);
  const now = pick(store.value);
  const latest = useRef({ now, pick });
  latest.current = { now, pick };
  useEffect(() => {
    const look = () => {
      if (latest.current.pick(store.value) !== latest.current.now) redraw((count) => count + 1);
    };
    look();
    return store.watch(look);
  }, [store]);
  return now;
}
