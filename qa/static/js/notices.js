// The inbox by keyboard: j and k walk along the notices, Enter opens one, m marks it.
import { bind } from "./keys.js";

const rows = [...document.querySelectorAll("[data-notice]")];
const opener = (row) => row?.querySelector("button.linklike");
const current = () => rows.find((row) => row.contains(document.activeElement));

function step(by) {
  const at = rows.indexOf(current());
  const next = at < 0 ? rows[by > 0 ? 0 : rows.length - 1] : (rows[at + by] ?? rows[at]);
  opener(next)?.focus();
  return rows.length > 0;
}

bind({
  j: () => step(1),
  k: () => step(-1),
  m: () => {
    const row = current();
    row?.querySelector("[data-mark]").click();
    return Boolean(row);
  },
});
