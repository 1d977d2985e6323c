// Whether the server answers. The page stays as it is while it does not; what would change something waits for it.
const WHILE_UP = 20000;
const WHILE_DOWN = 2000;
const TIMEOUT = 5000;
const probe = () => document.querySelector('link[rel="icon"]').href;

export async function serverAnswers() {
  if (!navigator.onLine) return false;
  try {
    const response = await fetch(probe(), { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(TIMEOUT) });
    return response.status < 500;
  } catch {
    return false;
  }
}

// `tell(up)` hears every change; `look()` asks at once.
export function watchConnection(tell) {
  const state = { up: true, look };
  let timer = 0;
  async function look() {
    clearTimeout(timer);
    const up = await serverAnswers();
    if (up !== state.up) {
      state.up = up;
      tell(up);
    }
    clearTimeout(timer);
    timer = setTimeout(look, up ? WHILE_UP : WHILE_DOWN);
    return up;
  }
  addEventListener("online", look);
  addEventListener("offline", look);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
  look();
  return state;
}

// Forms that change something are sent only when somebody is there to take them; else `lost(form)` says so and nothing is.
export function sendWhenConnected(forms, lost) {
  for (const form of forms) {
    let sending = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (sending) return;
      sending = true;
      if (await serverAnswers()) return form.submit();
      sending = false;
      return lost(form);
    });
  }
}
