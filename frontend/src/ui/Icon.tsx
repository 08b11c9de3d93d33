import type { JSX } from 'preact';

const PATHS = {
  star: 'M12 2.5c.7 5.6 3.3 8.4 9.5 9.5-6.2 1.1-8.8 3.9-9.5 9.5-.7-5.6-3.3-8.4-9.5-9.5 6.2-1.1 8.8-3.9 9.5-9.5z',
  moon: 'M20 14.2A8.3 8.3 0 0 1 9.8 4 8.3 8.3 0 1 0 20 14.2z',
  nights: 'M4 6.5h16M4 12h16M4 17.5h10',
  past: 'M12 7v5l3.2 2M4.2 9.5A8.2 8.2 0 1 1 4 13.6M4 5v4.6h4.6',
  settings: 'M4 7h9m4 0h3M4 17h3m4 0h9M15 4.8v4.4M9 14.8v4.4',
  done: 'M4.5 12.5l5 5L19.5 7',
  alert: 'M12 7.5v6M12 16.6v.1M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
  next: 'M9 5l7 7-7 7',
  back: 'M15 5l-7 7 7 7',
  clock: 'M12 7v5l3 2.5M12 3.2a8.8 8.8 0 1 0 0 17.6 8.8 8.8 0 0 0 0-17.6z',
  skip: 'M5 12h14',
  pulse: 'M3 12h4l3 7 4-14 3 7h4',
  drop: 'M12 3.5c3.6 4.4 5.5 7.3 5.5 10a5.5 5.5 0 0 1-11 0c0-2.7 1.9-5.6 5.5-10z',
} as const;

/** The drawings this app uses. */
export type IconName = keyof typeof PATHS;

/** A small line drawing beside words; it says nothing to screen readers. */
export function Icon({ name, size = 24 }: { readonly name: IconName; readonly size?: number }): JSX.Element {
  const solid = name === 'star';
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false"
      fill={solid ? 'currentColor' : 'none'} stroke={solid ? 'none' : 'currentColor'}
      stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">
      <path d={PATHS[name]} />
    </svg>
  );
}
