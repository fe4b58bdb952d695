/**
 * Opens a dialog, which goes when it is closed.
 *
 * @param outside whether a press beside it closes it, too.
 */
export function openDialog(dialog: HTMLDialogElement, { outside = false } = {}): void {
  dialog.addEventListener("close", () => dialog.remove());
  if (outside)
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
  document.body.append(dialog);
  dialog.showModal();
}
