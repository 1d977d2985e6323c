// One criterion's fields on the scoring page: what they say, putting an answer into them, and what is missing in words.

// `pins` are the passages it rests on, which no field holds.
export function readAnswer(field, pins) {
  const level = field.querySelector("[data-level]:checked");
  return {
    criterion: field.dataset.criterion,
    level: level?.value ?? null,
    percentage: field.querySelector("[data-percentage]")?.value || null,
    not_applicable: field.querySelector("[data-na]")?.checked ?? false,
    comment: field.querySelector("[data-comment]").value,
    root_causes: [...field.querySelectorAll("[data-cause]:checked")].map((box) => box.value),
    praise: field.querySelector("[data-praise]").getAttribute("aria-pressed") === "true",
    pins,
  };
}

// The answer in words, as one would say it.
export function answerWords(field) {
  const level = field.querySelector("[data-level]:checked, [data-na]:checked");
  const percentage = field.querySelector("[data-percentage]")?.value;
  if (level) return level.dataset.name;
  return percentage ? `${percentage} %` : "not answered";
}

export function putAnswer(field, answer) {
  for (const level of field.querySelectorAll("[data-level]")) level.checked = level.value === answer.level;
  const na = field.querySelector("[data-na]");
  if (na) na.checked = answer.not_applicable;
  const percentage = field.querySelector("[data-percentage]");
  if (percentage) percentage.value = answer.percentage ?? "";
  field.querySelector("[data-comment]").value = answer.comment;
  for (const box of field.querySelectorAll("[data-cause]")) box.checked = answer.root_causes.includes(box.value);
  field.querySelector("[data-praise]").setAttribute("aria-pressed", String(Boolean(answer.praise)));
  if (answer.comment) openMore(field, true, false);
  showCauses(field);
}

// Why something fell short is asked where it did; what was ticked stays to be seen.
export function showCauses(field) {
  const causes = field.querySelector("[data-causes]");
  if (!causes) return;
  const level = field.querySelector("[data-level]:checked");
  const share = field.querySelector("[data-percentage]")?.value;
  const short = level ? !("top" in level.dataset) : Boolean(share) && Number(share) < 100;
  causes.hidden = !short && !causes.querySelector(":checked");
}

// What stands under a criterion: its comment, and below it the guidance, which whoever only writes has no need of.
export function openMore(field, open, guided = open) {
  field.querySelector("[data-more]").hidden = !open;
  field.querySelector("[data-guidance]").hidden = !guided;
  field.querySelector("[data-open-more]").setAttribute("aria-expanded", String(open));
}

export const isGuided = (field) => !field.querySelector("[data-more]").hidden && !field.querySelector("[data-guidance]").hidden;

// Shows the guidance or takes it away; a comment that is written stays to be seen.
export function openGuidance(field) {
  const guided = isGuided(field);
  openMore(field, !guided || Boolean(field.querySelector("[data-comment]").value), !guided);
}

export function sayMissing(field, message) {
  field.setAttribute("data-missing", "");
  const text = field.querySelector("[data-missing-text]");
  text.textContent = message;
  text.hidden = false;
}

export function clearMissing(field) {
  field.removeAttribute("data-missing");
  field.querySelector("[data-missing-text]").hidden = true;
}
