/* Asks before what cannot be undone: <form data-confirm="Revoke this key?" data-yes="Revoke" data-no="Keep">. */
export function ask(page: Document, question: string, yes: string, no: string): Promise<boolean> {
  const dialog = page.createElement("dialog");
  dialog.className = "ask";
  const text = page.createElement("p");
  text.textContent = question;
  const row = page.createElement("form");
  row.method = "dialog";
  row.className = "row justify-end mt-4";
  for (const [value, label, look] of [["no", no, "btn btn-outline"], ["yes", yes, "btn btn-error"]] as const) {
    const button = page.createElement("button");
    button.value = value;
    button.textContent = label;
    button.className = look;
    row.append(button);
  }
  dialog.append(text, row);
  page.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
  });
}

export function connect(page: Document): void {
  page.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.dataset.confirm || form.dataset.confirmed) return;
    event.preventDefault();
    const submitter = event.submitter;
    void ask(page, form.dataset.confirm, form.dataset.yes ?? "OK", form.dataset.no ?? "×").then((agreed) => {
      if (!agreed) return;
      form.dataset.confirmed = "1";
      form.requestSubmit(submitter);
    });
  }, true);
}
