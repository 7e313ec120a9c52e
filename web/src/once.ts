/* A form is sent once, however often its button is pressed: every <form method="post">. */
const BUSY = "aria-busy";

export function connect(page: Document): void {
  page.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post" || event.defaultPrevented) return;
    if (form.getAttribute(BUSY) === "true") event.preventDefault();
    else form.setAttribute(BUSY, "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of page.querySelectorAll(`form[${BUSY}]`)) form.removeAttribute(BUSY);
  });
}
