// Choices this browser remembers; where storage is refused they last until the page is left.
const unsaved = new Map();

export function stored(name, fallback) {
  try {
    return localStorage.getItem(`fairmark.${name}`) ?? fallback;
  } catch {
    return unsaved.get(name) ?? fallback;
  }
}

export function store(name, value) {
  try {
    localStorage.setItem(`fairmark.${name}`, value);
  } catch {
    unsaved.set(name, value);
  }
}
