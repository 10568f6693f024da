// @ts-nocheck: browsers run it.
{
  const tools = document.getElementById('tools');
  const search = document.getElementById('search');
  const count = document.getElementById('count');
  const boxes = [...document.querySelectorAll('.filters input')];
  const items = [...document.querySelectorAll('li.attached')];
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kinds = new Set(boxes.filter(({ checked }) => checked).map(({ value }) => value));
    const isWanted = ({ dataset }) => kinds.has(dataset.kind) && words.every((word) => dataset.words.includes(word));
    const wanted = items.filter(isWanted);
    const shown = new Set(wanted);
    for (const item of wanted)
      for (let above = item.parentElement.closest('li'); above; above = above.parentElement.closest('li'))
        shown.add(above);
    for (const item of items) item.hidden = !shown.has(item);
    count.textContent = wanted.length === items.length ? '' : `${wanted.length} of ${items.length} attachments`;
  };
  tools.hidden = false;
  search.addEventListener('input', apply);
  for (const box of boxes) box.addEventListener('change', apply);
  tools.addEventListener('submit', (event) => event.preventDefault());
  const unfold = document.getElementById('unfold');
  unfold.addEventListener('click', () => {
    const details = [...document.querySelectorAll('#tree details')];
    const open = details.some((one) => !one.open);
    for (const one of details) one.open = open;
  });
  addEventListener('beforeprint', () => {
    for (const one of document.querySelectorAll('details')) one.open = true;
  });
  const units = [
    [31536000, 'y'],
    [86400, 'd'],
    [3600, 'h'],
    [60, 'min'],
  ];
  for (const time of document.querySelectorAll('time')) {
    const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000;
    const [length, unit] = units.find(([least]) => seconds >= least) ?? [];
    if (unit) time.append(` (${Math.floor(seconds / length)} ${unit} ago)`);
  }
}
