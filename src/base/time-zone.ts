/** Local time by the time zone database that Intl carries. */

const formats = new Map<string, Intl.DateTimeFormat>();

/** True when this names a time zone: `UTC`, `Europe/Berlin`, `+02:00`. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * How far local time is ahead of UTC at this moment, in ms, to the second.
 * @throws RangeError when there is no such time zone.
 */
export function zoneOffsetMs(timeMs: number, zone: string): number {
  const field = new Map(
    formatOf(zone)
      .formatToParts(timeMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => field.get(type) ?? 0;
  const localMs = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return localMs - Math.floor(timeMs / 1000) * 1000;
}

/** Made once a zone: it is dear. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    const [number, digits] = ['numeric', '2-digit'] as const;
    format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone, calendar: 'iso8601', hourCycle: 'h23' },
      ...{ year: number, month: digits, day: digits, hour: digits, minute: digits, second: digits },
    });
    formats.set(timeZone, format);
  }
  return format;
}
