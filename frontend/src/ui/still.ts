/** For so long, in milliseconds, a finger that hit something presses nothing else. */
const STILL = 400;

let timer: ReturnType<typeof setTimeout> | undefined;

/** A finger that hits twice must not press what has come up where the button was. */
export function holdStill(): void {
  const { style } = document.documentElement;
  style.pointerEvents = 'none';
  clearTimeout(timer);
  timer = setTimeout(() => (style.pointerEvents = ''), STILL);
}
