import type { JSX } from 'preact';

import { HEIGHT, WIDTH } from './spots.ts';

/** One half of a body from the neck to above the knees, open along the middle: shoulder, arm, side, leg. */
const HALF =
  'M120 54H133C134 62 138 66 152 70C176 75 186 84 189 104C192 130 198 160 204 186C208 204 213 216 212 230C211 241 201 243 197 233' +
  'C191 216 184 188 175 160C171 146 168 134 166 122C166 142 162 158 160 172C159 190 164 202 170 222C177 248 176 300 168 352' +
  'L164 398H130C129 356 126 306 121 256L120 254';

/** Lines that tell the front from the back. */
const FOLDS = {
  front: 'M120 222v.1M104 100C98 106 88 107 80 103M136 100C142 106 152 107 160 103M104 250C109 256 115 258 120 258C125 258 131 256 136 250',
  back: 'M120 82V200M84 264C94 274 112 273 119 260M156 264C146 274 128 273 121 260M92 96C98 108 98 118 92 126M148 96C142 108 142 118 148 126',
} as const;

/** A plain outline of a body, drawn for this app; it says nothing to screen readers. */
export function Figure({ view }: { readonly view: 'front' | 'back' }): JSX.Element {
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" focusable="false">
      <g class="figure">
        <path d={HALF} />
        <path d={HALF} transform={`matrix(-1 0 0 1 ${WIDTH} 0)`} />
        <ellipse cx="120" cy="29" rx="21" ry="27" />
        <path class="fold" d={FOLDS[view]} stroke-linecap="round" />
      </g>
    </svg>
  );
}
