// What a key did, said to whoever does not see it, by a status line that nobody sees.
export function sayer(line) {
  let again = "";
  return (words) => {
    again = again ? "" : "\u00a0"; // the same words twice are said twice
    line.textContent = words + again;
  };
}
