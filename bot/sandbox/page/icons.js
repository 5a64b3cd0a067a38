// Icons and flags, drawn here so that the page fetches nothing and looks the same everywhere.
const paths = {
  back: '<path d="M15 5l-7 7 7 7"/>',
  send: '<path d="M4 12l16-8-5 16-3.5-6.5z" fill="currentColor"/>',
  mic: '<rect x="9" y="3" width="6" height="11" rx="3" fill="currentColor"/><path d="M5.5 11.5a6.5 6.5 0 0013 0M12 18v3"/>',
  clip: '<path d="M19 11l-7.6 7.6a4.6 4.6 0 01-6.5-6.5L13 4a3 3 0 014.3 4.3l-8 8a1.4 1.4 0 01-2-2L14 7.600"/>',
  list: '<path d="M9 6h11M9 12h11M9 18h11"/><path d="M4.500 6h.01M4.500 12h.01M4.500 18h.01" stroke-width="3"/>',
  reply: '<path d="M10 6L4 11.500 10 17M4.500 11.500H14a6 6 0 016 6"/>',
  menu: '<path d="M4 7h16M4 12h16M4 17h16"/>',
  play: '<path d="M8 5v14l11-7z" fill="currentColor"/>',
  pause: '<path d="M7 5h3.500v14H7zM13.500 5H17v14h-3.500z" fill="currentColor"/>',
  file: '<path d="M6 3h8l5 5v13H6z"/><path d="M14 3v5h5"/>',
  close: '<path d="M6 6l12 12M18 6L6 18"/>',
  more: '<path d="M12 6h.01M12 12h.01M12 18h.01" stroke-width="3"/>',
  pencil: '<path d="M4 20l1-4L16 5l3 3L8 19z"/>',
  picture: '<rect x="3.500" y="5" width="17" height="14" rx="2"/><path d="M4 17l5-5 4 4 3-3 4 4"/>',
  tick: '<path d="M4 13l4 4L17 7"/>',
  ticks: '<path d="M2 13l4 4 9-10M10 15.500l1.500 1.500 9-10"/>',
  verified: '<path d="M12 2l2.600 2 3.300-.2.900 3.200 2.700 1.900L20.400 12l1.100 3.100-2.700 1.900-.9 3.200-3.300-.2L12 22l-2.600-2-3.300.2-.9-3.200L2.500 15.100 3.600 12 2.500 8.900l2.700-1.900.9-3.200 3.300.2z" fill="currentColor" stroke="none"/><path d="M8 12.200l2.700 2.700L16 9.600" stroke="#fff"/>',
  signal: '<path d="M3 18h3v-4H3zM9 18h3V10H9zM15 18h3V6h-3z" fill="currentColor" stroke="none"/>',
  battery: '<rect x="2" y="7" width="18" height="10" rx="2.500"/><rect x="4" y="9" width="12" height="6" rx="1" fill="currentColor" stroke="none"/><path d="M22 10.500v3"/>',
};

export function icon(name) {
  const holder = document.createElement("span");
  holder.className = `icon icon-${name}`;
  holder.setAttribute("aria-hidden", "true");
  holder.innerHTML = `<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${paths[name]}</svg>`;
  return holder;
}

const star = (x, y, r, colour) => {
  const points = [...Array(10).keys()].map((i) => {
    const radius = i % 2 ? r * 0.4 : r;
    const angle = (Math.PI * i) / 5 - Math.PI / 2;
    return `${(x + radius * Math.cos(angle)).toFixed(2)},${(y + radius * Math.sin(angle)).toFixed(2)}`;
  });
  return `<polygon points="${points.join(" ")}" fill="${colour}"/>`;
};
const disc = (x, y, r, colour) => `<circle cx="${x}" cy="${y}" r="${r}" fill="${colour}"/>`;
const moon = (x, y, r, colour, back) => disc(x, y, r, colour) + disc(x + r * 0.35, y, r * 0.8, back);
const box = (x, y, w, h, colour) => `<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="${colour}"/>`;
const down = (...colours) => colours.map((c, i) => box((30 / colours.length) * i, 0, 30 / colours.length, 20, c)).join("");
const across = (...colours) => colours.map((c, i) => box(0, (20 / colours.length) * i, 30, 20 / colours.length, c)).join("");

const flags = {
  MA: across("#c1272d") + star(15, 10, 5.5, "#006233"),
  DZ: down("#006233", "#fff") + moon(15, 10, 5, "#d21034", "#fff") + star(17.5, 10, 2.4, "#d21034"),
  TN: across("#e70013") + disc(15, 10, 5.5, "#fff") + moon(14.5, 10, 4, "#e70013", "#fff") + star(16.2, 10, 2, "#e70013"),
  LY: across("#e70013", "#000", "#000", "#239e46") + moon(14, 10, 3, "#fff", "#000") + star(17, 10, 1.6, "#fff"),
  EG: across("#ce1126", "#fff", "#000") + disc(15, 10, 2.2, "#c09300"),
  MR: across("#006233") + box(0, 0, 30, 3, "#d01c1f") + box(0, 17, 30, 3, "#d01c1f") + disc(15, 9, 5, "#ffc400") + disc(15, 7.4, 4.8, "#006233") + star(15, 7, 2, "#ffc400"),
  ML: down("#14b53a", "#fcd116", "#ce1126"),
  NE: across("#e05206", "#fff", "#0db02b") + disc(15, 10, 2.6, "#e05206"),
  BF: across("#ef2b2d", "#009e49") + star(15, 10, 4, "#fcd116"),
  TD: down("#002664", "#fecb00", "#c60c30"),
  SN: down("#00853f", "#fdef42", "#e31b23") + star(15, 10, 3.6, "#00853f"),
  NG: down("#008751", "#fff", "#008751"),
  BJ: across("#fcd116", "#e8112d") + box(0, 0, 12, 20, "#008751"),
  SD: across("#d21034", "#fff", "#000") + '<polygon points="0,0 10,10 0,20" fill="#007229"/>',
  CI: down("#ff8200", "#fff", "#009a44"),
  GH: across("#ce1126", "#fcd116", "#006b3f") + star(15, 10, 3.4, "#000"),
  TG: across("#006a4e", "#ffce00", "#006a4e", "#ffce00", "#006a4e") + box(0, 0, 12, 12, "#d21034") + star(6, 6, 3.6, "#fff"),
  GN: down("#ce1126", "#fcd116", "#009460"),
};

export function flag(country) {
  const holder = document.createElement("span");
  holder.className = "flag";
  holder.setAttribute("aria-hidden", "true");
  holder.innerHTML = `<svg viewBox="0 0 30 20">${flags[country] ?? across("#888")}</svg>`;
  return holder;
}
