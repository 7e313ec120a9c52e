/* The room's small parts: icons, buttons that tell their state, menus and dialogs that keep the focus where it belongs. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { t } from "./text";

const PATHS: Record<string, string> = {
  mic: "M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3ZM5 11v1a7 7 0 0 0 14 0v-1M12 19v3",
  "mic-off": "M9 5.5A3 3 0 0 1 15 6v5m-.6 3A3 3 0 0 1 9 12V9.500M5 11v1a7 7 0 0 0 11.500 5.400M19 11v1q0 1-.3 2M12 19v3M3 3l18 18",
  camera: "M3 7.500A1.500 1.500 0 0 1 4.500 6h9A1.500 1.500 0 0 1 15 7.500v9a1.500 1.500 0 0 1-1.500 1.500h-9A1.500 1.500 0 0 1 3 16.500ZM15 10.500l6-3.500v10l-6-3.500",
  "camera-off": "M8 6h5.500A1.500 1.500 0 0 1 15 7.500V13m0 3.500a1.500 1.500 0 0 1-1.500 1.500h-9A1.500 1.500 0 0 1 3 16.500v-9q0-1 1-1.400M15 10.500l6-3.500v10l-3-1.700M3 3l18 18",
  share: "M4 5h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1ZM8 21h8M12 14V8m-3 3 3-3 3 3",
  hand: "M7 12V6a1.500 1.500 0 0 1 3 0v5V4a1.500 1.500 0 0 1 3 0v7V5a1.500 1.500 0 0 1 3 0v7V8a1.500 1.500 0 0 1 3 0v7a6.500 6.500 0 0 1-6.500 6.500A7 7 0 0 1 7 18.500l-3-4.700a1.500 1.500 0 0 1 2.500-1.700L7 13",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8.500 14.500q3.500 3.500 7 0M9 9.500v.1M15 9.500v.1",
  people: "M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7ZM2.500 20q0-6 6.500-6t6.500 6M16 4.300a3.500 3.500 0 0 1 0 6.400M18 14.300q3.500 1 3.500 5.700",
  chat: "M4 4.500h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-9L6.500 20.500v-4H4a1 1 0 0 1-1-1v-10a1 1 0 0 1 1-1Z",
  more: "M4 12a1 1 0 1 0 2 0 1 1 0 1 0-2 0M11 12a1 1 0 1 0 2 0 1 1 0 1 0-2 0M18 12a1 1 0 1 0 2 0 1 1 0 1 0-2 0",
  leave: "M3 14.500c-.6-2 0-3.500 2-4.500q7-3 14 0c2 1 2.600 2.500 2 4.500l-.3 1-4.700-1V12q-4-1.300-8 0v2.500l-4.700 1Z",
  close: "M6 6l12 12M18 6 6 18", check: "M4.500 12.500l5 5 10-11", up: "M6 15l6-6 6 6", down: "M6 9l6 6 6-6", back: "M15 5l-7 7 7 7", next: "M9 5l7 7-7 7",
  pin: "M9 3h6l-1 7 3.500 4h-11L10 10ZM12 14v7", star: "M12 3.500l2.600 5.600 6 .7-4.500 4.100 1.200 6-5.300-3-5.300 3 1.200-6L3.400 9.800l6-.7Z",
  settings: "M12 15.200a3.200 3.200 0 1 0 0-6.400 3.200 3.200 0 0 0 0 6.400ZM19.400 13.500l1.800 1.400-2 3.400-2.100-.9a7.500 7.500 0 0 1-2.500 1.500L14.300 21h-4l-.4-2.200a7.500 7.500 0 0 1-2.500-1.400l-2.100.8-2-3.400L5 13.500a7.500 7.500 0 0 1 0-3L3.300 9.100l2-3.400 2.100.9A7.500 7.500 0 0 1 10 5.100l.3-2.100h4l.4 2.200a7.500 7.500 0 0 1 2.500 1.400l2.100-.8 2 3.400-1.800 1.400q.3 1.500-.1 2.900Z",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 11v5.500M12 7.500v.1", grid: "M4 4h7v7H4ZM13 4h7v7h-7ZM4 13h7v7H4ZM13 13h7v7h-7Z",
  speaker: "M3 4h18v11H3ZM4 19h4M10 19h4M16 19h4", full: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5", pip: "M3 5h18v14H3ZM12 12h7v5h-7Z",
  record: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 15.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7Z", lock: "M6 11h12v9H6ZM8.500 11V7.500a3.500 3.500 0 0 1 7 0V11",
  sound: "M4 9.500v5h3.500L12 18.500v-13L7.500 9.500ZM15.500 9a4 4 0 0 1 0 6M18 6a8 8 0 0 1 0 12", bars: "M4 20v-3M9 20v-7M14 20V9M19 20V4", warn: "M12 3.500 22 20.500H2ZM12 10v5M12 17.800v.1",
  timer: "M12 21a8 8 0 1 0 0-16 8 8 0 0 0 0 16ZM12 8.500V13l3 2M9.500 2.500h5", copy: "M9 8h11v12H9ZM15 8V4H4v12h5", send: "M4 4l17 8-17 8 3-8ZM7 12h8", search: "M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13ZM15.500 15.500 21 21",
  phone: "M6.500 3h3l1.500 5-2 1.500a12 12 0 0 0 5.500 5.500l1.500-2 5 1.500v3q0 3-3.500 3A17 17 0 0 1 3.500 6.500Q3.500 3 6.500 3Z", keys: "M3 6h18v12H3ZM6.500 9.500v.1M10 9.500v.1M13.500 9.500v.1M17 9.500v.1M8 14.500h8", point: "M5 3l14 7-6 2-2 6Z", file: "M6 3h8l5 5v13H6ZM14 3v5h5",
  board: "M3 4h18v13H3ZM8 21l4-4 4 4M7 13l4-5 3 3 3-3", poll: "M5 20v-8h3.500v8ZM10.500 20V4H14v16ZM16 20v-11h3.500v11Z", clip: "M20 11l-8.500 8.500a5 5 0 0 1-7-7L13 4a3.400 3.400 0 0 1 4.800 4.800l-8.400 8.400a1.700 1.700 0 0 1-2.400-2.400l7.800-7.800",
};

export function Icon({ name }: { name: string }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d={PATHS[name] ?? PATHS.info} /></svg>
  );
}

export type Press = () => void;
interface ButtonParts { icon: string; label: string; onPress: Press; pressed?: boolean; class?: string; shortcut?: string; badge?: number; disabled?: boolean; expanded?: boolean; caption?: string; id?: string; tip?: string }

/** An icon with its name for everybody: as a tip on pointing, and to screen readers with its state. */
export function IconButton(parts: ButtonParts): JSX.Element {
  const says = parts.tip ?? parts.label;
  const tip = parts.shortcut ? `${says} (${parts.shortcut})` : says;
  return (
    <button type="button" id={parts.id} class={`ib ${parts.class ?? ""}`} aria-label={parts.label} title={tip} aria-pressed={parts.pressed}
      aria-expanded={parts.expanded} aria-keyshortcuts={parts.shortcut} aria-disabled={parts.disabled ? true : undefined} onClick={parts.onPress}>
      <Icon name={parts.icon} />
      {parts.caption ? <span class="caption" aria-hidden="true">{parts.caption}</span> : null}
      {parts.badge ? <span class="badge-count"><span class="sr">{t("{count} new", { count: parts.badge })}</span><span aria-hidden="true">{parts.badge > 99 ? "99+" : parts.badge}</span></span> : null}
    </button>
  );
}

export interface Item { label: string; icon?: string; act: Press; checked?: boolean; danger?: boolean; head?: string }

function moveFocus(list: HTMLElement, step: number): void {
  const items = [...list.querySelectorAll<HTMLElement>("[role^=menuitem]")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + step + items.length) % items.length]?.focus();
}

/** A button that opens a menu; arrows move, Escape closes and gives the focus back. */
export function Menu({ icon, label, items, class: look, up, children, caption }: {
  icon: string; label: string; items: Item[]; class?: string; up?: boolean; children?: ComponentChildren; caption?: string;
}): JSX.Element {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const close = (back: boolean) => {
    setOpen(false);
    if (back) box.current?.querySelector("button")?.focus();
  };
  useEffect(() => {
    if (!open) return;
    box.current?.querySelector<HTMLElement>("[role^=menuitem]")?.focus();
    const outside = (event: Event) => { if (!box.current?.contains(event.target as Node)) setOpen(false); };
    document.addEventListener("pointerdown", outside);
    return () => { document.removeEventListener("pointerdown", outside); };
  }, [open]);
  const keys = (event: KeyboardEvent) => {
    if (!open) return;
    if (event.key === "Escape") { event.stopPropagation(); close(true); }
    if (event.key === "Tab") setOpen(false);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      moveFocus(event.currentTarget as HTMLElement, event.key === "ArrowDown" ? 1 : -1);
    }
  };
  return (
    <div class={`menu-box ${up ? "up" : ""}`} ref={box} onKeyDown={keys}>
      <IconButton icon={icon} label={label} class={look} expanded={open} caption={caption} onPress={() => { setOpen(!open); }} />
      {open ? (
        <div class="menu-list" role="menu" aria-label={label}>
          {children}
          {items.map((item) => [
            item.head ? <p class="menu-head" role="presentation" key={`head ${item.head}`}>{item.head}</p> : null,
            <button type="button" key={`${item.head ?? ""}${item.label}`} role={item.checked === undefined ? "menuitem" : "menuitemradio"} aria-checked={item.checked}
              class={item.danger ? "danger" : ""} tabIndex={-1} onClick={() => { close(true); item.act(); }}>
              {item.icon ? <Icon name={item.icon} /> : null}<span>{item.label}</span>{item.checked ? <Icon name="check" /> : null}
            </button>,
          ])}
        </div>
      ) : null}
    </div>
  );
}

/** Shown over everything; Escape and the backdrop close it, the focus returns to where it was. */
export function Dialog({ title, onClose, children, class: look }: { title: string; onClose: Press; children: ComponentChildren; class?: string }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => { if (before instanceof HTMLElement) before.focus(); };
  }, []);
  return (
    <dialog ref={dialog} class={`sheet ${look ?? ""}`} aria-labelledby={heading} onCancel={(event) => { event.preventDefault(); onClose(); }}
      onClick={(event) => { if (event.target === dialog.current) onClose(); }}>
      <div class="sheet-head"><h2 id={heading}>{title}</h2><IconButton icon="close" label={t("Close")} onPress={onClose} /></div>
      {children}
    </dialog>
  );
}

export function Choose({ label, value, options, onChoose, disabled, class: look }: {
  label: string; value: string; options: { value: string; label: string }[]; onChoose: (value: string) => void; disabled?: boolean; class?: string;
}): JSX.Element {
  const id = useId();
  return (
    <div class={`choose ${look ?? ""}`}>
      <label for={id}>{label}</label>
      <select id={id} value={value} disabled={disabled} onChange={(event) => { onChoose(event.currentTarget.value); }}>
        {options.map((one) => <option key={one.value} value={one.value}>{one.label}</option>)}
      </select>
    </div>
  );
}

export function Switch({ label, on, onTurn, help, disabled }: { label: string; on: boolean; onTurn: (on: boolean) => void; help?: string; disabled?: boolean }): JSX.Element {
  const id = useId();
  return (
    <div class="switch-row">
      <div><label for={id}>{label}</label>{help ? <p class="hint" id={`${id}-help`}>{help}</p> : null}</div>
      <input type="checkbox" role="switch" id={id} checked={on} disabled={disabled} aria-describedby={help ? `${id}-help` : undefined} onChange={(event) => { onTurn(event.currentTarget.checked); }} />
    </div>
  );
}

/** Colour and letters for somebody without a picture: the same for the same name. */
export function Face({ name, id, phone }: { name: string; id: string; phone?: boolean }): JSX.Element {
  return <span class={`face tone-${String(tone(id))}`} aria-hidden="true">{phone ? <Icon name="phone" /> : letters(name)}</span>;
}

export function tone(id: string): number {
  let sum = 0;
  for (const one of id) sum = (sum * 31 + (one.codePointAt(0) ?? 0)) % 997;
  return sum % 8;
}

export function letters(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const [first = "", second = ""] = words;
  if (/[\u3040-\u30ff\u3400-\u9fff]/.test(first)) return Array.from(first).slice(0, 2).join("");
  return (Array.from(first)[0] ?? "?").toUpperCase() + (Array.from(second)[0] ?? "").toUpperCase();
}

/** How loud one's own microphone is; drawn without asking the page to lay itself out anew. */
export function LevelBar({ listen }: { listen: (hear: (level: number) => void) => () => void }): JSX.Element {
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(() => listen((level) => { if (bar.current) bar.current.style.transform = `scaleX(${level.toFixed(2)})`; }), [listen]);
  return <span class="level" aria-hidden="true"><span ref={bar} /></span>;
}
