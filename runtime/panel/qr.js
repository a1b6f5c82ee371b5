// A QR code of a short text, up to 42 bytes: versions 1 to 3, error correction M, byte mode; one block each.
// Source: ISO/IEC 18004:2015, sections 7.4 (bits), 7.5 (Reed-Solomon), 7.7 (placement), 7.8 (masks), 7.9 (format information).

const VERSIONS = [ // codewords of data and of error correction, and the centre of the alignment pattern
  { data: 16, check: 10, align: null }, { data: 28, check: 16, align: 18 }, { data: 44, check: 26, align: 22 },
];
export const MOST_BYTES = 42;
const FIELD = 0x11d; // x^8 + x^4 + x^3 + x^2 + 1
const FORMAT_POLYNOMIAL = 0x537, FORMAT_MASK = 0x5412, LEVEL_M = 0;
const MASKS = [
  (x, y) => (x + y) % 2, (x, y) => y % 2, (x) => x % 3, (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2, (x, y) => (x * y) % 2 + (x * y) % 3,
  (x, y) => ((x * y) % 2 + (x * y) % 3) % 2, (x, y) => ((x + y) % 2 + (x * y) % 3) % 2,
];

const EXP = new Uint8Array(510), LOG = new Uint8Array(256);
for (let i = 0, value = 1; i < 255; i += 1) {
  EXP[i] = EXP[i + 255] = value;
  LOG[value] = i;
  value = value << 1 ^ (value & 0x80 ? FIELD : 0);
}

/** The modules of a text's code: rows of booleans, true = dark. Throws a RangeError for more than 42 bytes. */
export function modulesOf(words) {
  const bytes = new TextEncoder().encode(words);
  const version = VERSIONS.findIndex(({ data }) => bytes.length <= data - 2);
  if (version < 0) throw new RangeError(`${bytes.length} bytes, expected at most 42`);
  const { data, check, align } = VERSIONS[version];
  const codewords = [...padded(bytes, data)];
  codewords.push(...remainder(codewords, check));
  const { grid, isFixed } = frame(21 + 4 * version, align);
  place(grid, isFixed, codewords);
  const candidates = MASKS.map((_, mask) => masked(grid, isFixed, mask));
  const penalties = candidates.map(penalty);
  return candidates[penalties.indexOf(Math.min(...penalties))];
}

/** Draw a text's code with its quiet zone of four modules; always dark on light. */
export function drawCode(canvas, words) {
  const modules = modulesOf(words);
  const size = modules.length + 8;
  Object.assign(canvas, { width: size, height: size });
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, size, size);
  context.fillStyle = "#000";
  modules.forEach((row, y) => row.forEach((isDark, x) => { if (isDark) context.fillRect(x + 4, y + 4, 1, 1); }));
}

/** Mode 0100, eight bits of length, the bytes, terminator 0000, then 0xec and 0x11 in turn. */
function padded(bytes, count) {
  const nibbles = [4, bytes.length >> 4, bytes.length & 15, ...[...bytes].flatMap((byte) => [byte >> 4, byte & 15]), 0];
  const out = Uint8Array.from({ length: count }, (_, i) => nibbles[2 * i] << 4 | nibbles[2 * i + 1]);
  for (let i = nibbles.length / 2, pad = 0xec; i < count; i += 1, pad ^= 0xec ^ 0x11) out[i] = pad;
  return out;
}

/** Reed-Solomon: the remainder of the data times x^count by the generator, the product of (x - 2^i). */
function remainder(data, count) {
  let generator = [1];
  for (let i = 0; i < count; i += 1) {
    const next = [...generator, 0];
    generator.forEach((value, at) => { next[at + 1] ^= product(value, EXP[i]); });
    generator = next;
  }
  const rest = [...data, ...new Array(count).fill(0)];
  for (let i = 0; i < data.length; i += 1) {
    const factor = rest[i];
    generator.forEach((value, at) => { rest[i + at] ^= product(value, factor); });
  }
  return rest.slice(data.length);
}

function product(a, b) { return a && b ? EXP[LOG[a] + LOG[b]] : 0; }

/** Finders, timing and alignment patterns, and the places that are kept for the format. */
function frame(size, align) {
  const grid = Array.from({ length: size }, () => new Array(size).fill(false));
  const isFixed = Array.from({ length: size }, () => new Array(size).fill(false));
  const set = (x, y, isDark) => {
    if (x < 0 || y < 0 || x >= size || y >= size) return;
    grid[y][x] = isDark;
    isFixed[y][x] = true;
  };
  for (let i = 0; i < size; i += 1) { set(6, i, i % 2 === 0); set(i, 6, i % 2 === 0); }
  for (const [cx, cy] of [[3, 3], [size - 4, 3], [3, size - 4]]) {
    for (let dy = -4; dy <= 4; dy += 1) for (let dx = -4; dx <= 4; dx += 1) {
      const ring = Math.max(Math.abs(dx), Math.abs(dy));
      set(cx + dx, cy + dy, ring !== 2 && ring !== 4);
    }
  }
  if (align) {
    for (let dy = -2; dy <= 2; dy += 1) for (let dx = -2; dx <= 2; dx += 1) set(align + dx, align + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
  }
  for (const [x, y] of formatPlaces(size).flat()) set(x, y, false);
  set(8, size - 8, true);
  return { grid, isFixed };
}

/** The two copies of the format's bits, bit 0 first. */
function formatPlaces(size) {
  const one = [], two = [];
  for (let i = 0; i < 15; i += 1) {
    one.push(i < 6 ? [8, i] : i < 8 ? [8, i + 1] : i === 8 ? [7, 8] : [14 - i, 8]);
    two.push(i < 8 ? [size - 1 - i, 8] : [8, size - 15 + i]);
  }
  return [one, two];
}

/** Two columns at a time from the right, up and down in turn, around the fixed modules and the timing column. */
function place(grid, isFixed, codewords) {
  const size = grid.length;
  let bit = 0;
  for (let right = size - 1, goesUp = true; right >= 1; right -= 2, goesUp = !goesUp) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step += 1) {
      const y = goesUp ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (isFixed[y][x]) continue;
        grid[y][x] = (codewords[bit >> 3] >> (7 - (bit & 7)) & 1) === 1; // beyond the last codeword: 0
        bit += 1;
      }
    }
  }
}

function masked(grid, isFixed, mask) {
  const out = grid.map((row, y) => row.map((isDark, x) => (isFixed[y][x] ? isDark : isDark !== (MASKS[mask](x, y) === 0))));
  const data = LEVEL_M << 3 | mask;
  let rest = data << 10;
  for (let i = 14; i >= 10; i -= 1) if (rest >> i & 1) rest ^= FORMAT_POLYNOMIAL << (i - 10);
  const bits = (data << 10 | rest) ^ FORMAT_MASK;
  for (const places of formatPlaces(grid.length)) places.forEach(([x, y], i) => { out[y][x] = (bits >> i & 1) === 1; });
  return out;
}

/** Runs of five or more, squares of two by two, and the share of dark modules. */
function penalty(grid) {
  const size = grid.length;
  let sum = 0, dark = 0;
  const lines = [...grid, ...grid.map((_, x) => grid.map((row) => row[x]))];
  for (const line of lines) {
    let run = 1;
    for (let i = 1; i <= size; i += 1) {
      if (i < size && line[i] === line[i - 1]) run += 1;
      else {
        if (run >= 5) sum += run - 2;
        run = 1;
      }
    }
  }
  for (let y = 0; y < size; y += 1) for (let x = 0; x < size; x += 1) {
    dark += grid[y][x];
    if (x && y && grid[y][x] === grid[y - 1][x] && grid[y][x] === grid[y][x - 1] && grid[y][x] === grid[y - 1][x - 1]) sum += 3;
  }
  return sum + 10 * Math.floor(Math.abs(dark / size / size - 0.5) * 20);
}
