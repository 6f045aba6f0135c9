/** Hands a text to the browser as a file to keep. */
export function saveText(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  /* not at once: the browser reads it after the click has been handled */
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
