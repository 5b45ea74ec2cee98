import { afterEach, describe, expect, test, vi } from 'vitest';
import { boxes, type Stretch } from '../../src/contracts/boxes';
import { finds, most, sought } from '../../src/contracts/find';
import { Find, type Place } from '../../src/contracts/finding.svelte';

/** What is found, as it is written there. */
const found = (text: string, what: string) =>
  [...finds(text, sought(what))].flat().map(([from, to]) => text.slice(from, to));

describe('what is sought is found', () => {
  test('in either case, with or without accents, as it is written there', () => {
    expect(found('The Tenant pays. THE TENANT leaves.', 'the tenant')).toEqual(['The Tenant', 'THE TENANT']);
    expect(found('Søren Sørensen, Sorensen', 'sørensen')).toEqual(['Sørensen', 'Sorensen']);
    expect(found('STRASSE, Straße', 'straße')).toEqual(['STRASSE', 'Straße']);
    expect(found('Ελλάς ΕΛΛΑΣ', 'ελλας')).toEqual(['Ελλάς', 'ΕΛΛΑΣ']);
    expect(found('Cafe\u0301 and café', 'CAFÉ')).toEqual(['Cafe\u0301', 'café']);
    expect(found('ﬁnal', 'fi')).toEqual(['ﬁ']);
  });

  test('in scripts of other parts of the world, whose marks are letters where they are', () => {
    expect(found('اَلْعَقْدُ والعقد', 'العقد')).toEqual(['اَلْعَقْدُ', 'العقد']);
    expect(found('שָׁלוֹם שלום', 'שלום')).toEqual(['שָׁלוֹם', 'שלום']);
    expect(found('कि का', 'का')).toEqual(['का']);
    expect(found('がか', 'か')).toEqual(['か']);
    expect(found('ＡＢＣ株式会社', 'abc株')).toEqual(['ＡＢＣ株']);
    expect(found('각 가', '가')).toEqual(['가']);
    expect(found('договор ДОГОВОР', 'Договор')).toEqual(['договор', 'ДОГОВОР']);
    expect(found('𝟙 and 🙂🙂', '🙂')).toEqual(['🙂', '🙂']);
  });

  test('however quotes, dashes and spaces are made', () => {
    expect(found('the Tenant’s “use” – or\u00a0 none', `tenant's "use" - or none`)).toHaveLength(1);
    expect(found('the\n   rent', 'the rent')).toEqual(['the\n   rent']);
    expect(found('con\u00adtract', 'contract')).toEqual(['con\u00adtract']);
  });

  test('across the ends of lines', () => {
    expect(found('the agree-\nment ends', 'agreement')).toEqual(['agree-\nment']);
    expect(found('a well-known rule', 'well-known')).toEqual(['well-known']);
    expect(found('no - \nyes', 'no - yes')).toEqual(['no - \nyes']);
    expect(found('業務委託\n契約書', '委託契約')).toEqual(['委託\n契約']);
    expect(found('one\ntwo', 'onetwo')).toEqual([]);
  });

  test('as text, whatever it is; each once, and none within another', () => {
    for (const what of ['.*', '(', '\\', '[a-z]', '<b>', '\u0000'])
      expect(found(`a ${what} b`, what)).toEqual([what]);
    expect(found('banana', 'ana')).toEqual(['ana']);
    expect(found('ßß', 's')).toEqual(['ß', 'ß']);
    expect([sought(''), sought(' \n '), sought('\u0301')]).toEqual(['', '', '']);
  });

  test('whole, where a part of a long text ends', () => {
    for (let n = 34_810; n < 34_820; n++) {
      const text = `${'x'.repeat(n)}e\u0301 ${'x'.repeat(40_000)}`;
      expect(found(text, 'e')).toEqual(['e\u0301']);
    }
  });

  test('in every part of a long text, once', () => {
    for (const before of ['', 'x', 'é', '🙂', 'a line\n']) {
      const text = before + 'the rent is due, ß; '.repeat(5000);
      const parts = [...finds(text, 'rent is')];
      expect(parts.length).toBeGreaterThan(2);
      expect(parts.flat()).toHaveLength(5000);
      for (const [from, to] of parts.flat()) expect(text.slice(from, to)).toBe('rent is');
      const starts = parts.flat().map(([from]) => from);
      expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    }
  });
});

describe('a search in a document', () => {
  afterEach(() => vi.useRealTimers());

  function document(pages: string[], here = 0) {
    vi.useFakeTimers();
    const shown: Place[] = [];
    const read: number[] = [];
    const find = new Find({
      pieces: () => pages.length,
      text: async (piece) => {
        read.push(piece);
        if (pages[piece] === 'broken') throw new Error('broken');
        return pages[piece]!;
      },
      here: () => here,
      show: (place) => shown.push(place),
    });
    const seek = async (text: string) => {
      find.seek(text);
      await vi.runAllTimersAsync();
    };
    return { find, shown, read, seek };
  }

  const pages = ['rent and rent', 'nothing', 'broken', 'the rent', 'RENT rent rent'];

  test('begins where one is, and counts from the beginning', async () => {
    const { find, shown, read, seek } = document(pages, 3);
    await seek('rent');
    expect(read).toEqual([3, 4, 0, 1, 2]);
    expect([find.number, find.total, find.busy, find.more]).toEqual([3, 6, false, false]);
    expect(shown).toEqual([{ piece: 3, nth: 0 }]);
  });

  test('goes on to the next and back, round the ends', async () => {
    const { find, seek } = document(pages);
    await seek('rent');
    const numbers = [find.number];
    for (const by of [1, 1, 1, 1, 1, 1, -1, -1] as const) {
      find.step(by);
      numbers.push(find.number);
    }
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 1, 6, 5]);
    expect(find.at).toEqual({ piece: 4, nth: 1 });
  });

  test('finds nothing and goes nowhere, and begins anew with what is typed', async () => {
    const { find, shown, seek } = document(pages);
    await seek('zebra');
    find.step(1);
    expect([find.number, find.total, find.at]).toEqual([0, 0, undefined]);
    await seek('noth');
    expect([find.number, find.total]).toEqual([1, 1]);
    await seek('  ');
    expect([find.what, find.total, find.at, find.busy]).toEqual(['', 0, undefined, false]);
    expect(shown).toEqual([{ piece: 1, nth: 0 }]);
  });

  test('reads no further once it is left, and keeps nothing', async () => {
    let answer = (_: string) => {};
    const read: number[] = [];
    vi.useFakeTimers();
    const find = new Find({
      pieces: () => 5000,
      text: (piece) => {
        read.push(piece);
        return new Promise((resolve) => (answer = resolve));
      },
      here: () => 0,
      show: () => {},
    });
    find.seek('rent');
    await vi.advanceTimersByTimeAsync(200);
    answer('rent');
    await vi.advanceTimersByTimeAsync(0);
    expect([read, find.total, find.busy]).toEqual([[0, 1], 1, true]);
    find.end();
    answer('rent');
    await vi.runAllTimersAsync();
    expect([read, find.total, find.text, find.what, find.at]).toEqual([[0, 1], 0, '', '', undefined]);
    expect([find.busy, find.slow, find.open]).toEqual([false, false, false]);
  });

  test('says that it takes long, and looks for nothing before the typing rests', async () => {
    vi.useFakeTimers();
    const read: number[] = [];
    const find = new Find({
      pieces: () => 2,
      text: (piece) => {
        read.push(piece);
        return new Promise(() => {});
      },
      here: () => 0,
      show: () => {},
    });
    for (const text of ['r', 're', 'ren', 'rent']) {
      find.seek(text);
      await vi.advanceTimersByTimeAsync(50);
    }
    expect(read).toEqual([]);
    await vi.advanceTimersByTimeAsync(150);
    expect([read, find.slow]).toEqual([[0], false]);
    await vi.advanceTimersByTimeAsync(600);
    expect([read, find.slow]).toEqual([[0], true]);
    find.end();
  });

  test('ends at the most that are counted, in the middle of a page and at its end', async () => {
    for (const pages of [
      ['a'.repeat(most - 3), 'a'.repeat(7)],
      ['a'.repeat(most), 'a'],
    ]) {
      const { find, seek } = document(pages);
      await seek('a');
      expect([find.total, find.more, find.busy]).toEqual([most, true, false]);
      find.step(-1);
      expect(find.number).toBe(most);
    }
    const { find, seek } = document(['a'.repeat(most)]);
    await seek('a');
    expect([find.total, find.more]).toEqual([most, false]);
  });
});

describe('the boxes of what is found on a page', () => {
  const sheet = {
    width: 500,
    height: 1000,
    convertToViewportPoint: (x: number, y: number) => [x, 1000 - y],
  };
  const faces = { f: { ascent: 0.8, descent: -0.2, fontFamily: 'serif' } };
  const stretch = (str: string, more: Partial<Stretch> = {}): Stretch => ({
    str,
    dir: 'ltr',
    width: 100,
    height: 10,
    transform: [10, 0, 0, 10, 50, 500],
    fontName: 'f',
    hasEOL: false,
    ...more,
  });
  const measure = (text: string) => text.length;
  const rounded = (all: ReturnType<typeof boxes>) =>
    all.map((of) => of.map((it) => Object.values(it).map((n) => Math.round(n * 1000) / 1000)));

  test('are the part of the stretch, on the line', () => {
    expect(rounded(boxes([stretch('the rentals')], faces, sheet, [[4, 8]], (it) => it.length))).toEqual([
      [[0.1 + (0.2 * 4) / 11, 0.492, (0.2 * 4) / 11, 0.01].map((n) => Math.round(n * 1000) / 1000)],
    ]);
  });

  test('are two where it goes over the end of a line, and in the order of the spans', () => {
    const all = [
      stretch('1234567890', { hasEOL: true }),
      stretch('abcde', { transform: [10, 0, 0, 10, 50, 480], width: 50 }),
    ];
    const spans = [
      [0, 1],
      [8, 13],
      [15, 16],
    ] as const;
    expect(rounded(boxes(all, faces, sheet, [...spans], measure))).toEqual([
      [[0.1, 0.492, 0.02, 0.01]],
      [
        [0.26, 0.492, 0.04, 0.01],
        [0.1, 0.512, 0.04, 0.01],
      ],
      [[0.18, 0.512, 0.02, 0.01]],
    ]);
  });

  test('begin at the right where the text does, and follow it where it is turned', () => {
    const [rtl] = rounded(boxes([stretch('1234567890', { dir: 'rtl' })], faces, sheet, [[0, 2]], measure));
    expect(rtl).toEqual([[0.26, 0.492, 0.04, 0.01]]);
    const up = stretch('1234567890', { transform: [0, 10, -10, 0, 50, 500] });
    expect(rounded(boxes([up], faces, sheet, [[0, 5]], measure))).toEqual([[[0.084, 0.45, 0.02, 0.05]]]);
    const down = stretch('1234567890', { width: 10, height: 100 });
    const vertical = { f: { ...faces.f, vertical: true } };
    expect(rounded(boxes([down], vertical, sheet, [[0, 5]], measure))).toEqual([[[0.09, 0.5, 0.02, 0.05]]]);
  });

  test('are none for what has no width, and finite for what a document makes up', () => {
    expect(boxes([stretch('', { hasEOL: true })], faces, sheet, [[0, 1]], measure)).toEqual([[]]);
    for (const transform of [[0, 0, 0, 0, 0, 0], [], [1e9, 0, 0, 1e9, 1e9, 1e9]])
      for (const { x, y, width, height } of boxes(
        [stretch('abc', { transform })],
        {},
        sheet,
        [[0, 3]],
        () => 0,
      ).flat())
        for (const n of [x, y, width, height]) expect(Number.isFinite(n)).toBe(true);
  });
});
