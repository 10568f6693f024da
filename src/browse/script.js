// @ts-nocheck: browsers run it.
// Pages work without this: it copies, and filters what is shown already.
for (const button of document.querySelectorAll('button[data-copy]')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const said = button.textContent;
    try {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy)?.textContent ?? '');
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Not copied';
    }
    setTimeout(() => {
      button.textContent = said;
    }, 1500);
  });
}
for (const field of document.querySelectorAll('input[data-filters]')) {
  const list = document.getElementById(field.dataset.filters);
  const count = document.getElementById(`${field.dataset.filters}-count`);
  if (list === null) continue;
  field.closest('[hidden]')?.removeAttribute('hidden');
  const items = [...list.querySelectorAll('[data-words]')];
  field.addEventListener('input', () => {
    const words = field.value.toLowerCase().split(/\s+/);
    const fitting = items.filter((item) => words.every((word) => item.dataset.words.includes(word)));
    const shown = new Set(fitting);
    for (const item of fitting)
      for (
        let above = item.parentElement?.closest('[data-words]');
        above;
        above = above.parentElement?.closest('[data-words]')
      )
        shown.add(above);
    for (const item of items) item.hidden = !shown.has(item);
    if (count !== null) count.textContent = `${fitting.length} of ${items.length}`;
  });
}
