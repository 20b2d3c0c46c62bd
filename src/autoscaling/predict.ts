/**
 * A floor from the same time of yesterday: a seasonal forecast with exponential smoothing, a day a season.
 * It may only raise a wish, and it steps back by itself while its forecasts are wrong.
 * Source: seasonal exponential smoothing without trend, Hyndman and Athanasopoulos, "Forecasting: Principles
 * and Practice", chapter 8.
 */
import { type Floor } from './wish.ts';

/** What is known of the demand, one value for each slot of the day. Plain JSON of fixed size. */
export interface SeasonState {
  readonly firstSampleMs: number;
  /** The slot being filled, counted from the Unix epoch, and the highest demand seen in it. */
  readonly slot: number;
  readonly peak: number;
  /** By slot of the day: demand in VMs; null: never seen. */
  readonly season: readonly (number | null)[];
  /** Mean absolute percentage error of the forecasts, 0..; the newest day counts most. */
  readonly error: number;
  /** Forecasts that could be compared so far. */
  readonly compared: number;
}

export interface PredictionOptions {
  /** How far ahead to look: the time that a new VM needs until it serves. @defaultValue 10 min */
  readonly leadMs?: number;
  /** Above this error the forecast is not used. @defaultValue 0.3 */
  readonly maxError?: number;
  /** How many of the VMs in which demand was observed one VM of now carries. @defaultValue 1 */
  readonly carries?: number;
}

export type Prediction =
  | { readonly type: 'Floor'; readonly floor: Floor; readonly message: string }
  | {
      readonly type: 'None';
      readonly reason: 'TooShort' | 'Inaccurate' | 'Unknown';
      readonly message: string;
    };

const seasonMs = 24 * 3_600_000;
/** Long enough to even out single samples, short enough for a morning's rise. */
const slotMs = 5 * 60_000;
const slotsInSeason = seasonMs / slotMs;
/** The newest day counts half, the one before a quarter, and so on. */
const smoothing = 0.5;
const defaultLeadMs = 10 * 60_000;
const defaultMaxError = 0.3;

/**
 * The state with one more observation: `demand` is the number of VMs needed (a fraction is fine), before
 * any limit or floor, so that a forecast never feeds itself. Observations must come in order of time.
 */
export function observeDemand(state: SeasonState | undefined, demand: number, nowMs: number): SeasonState {
  const slot = Math.floor(nowMs / slotMs);
  if (!state) {
    const season = Array<null>(slotsInSeason).fill(null);
    return { firstSampleMs: nowMs, slot, peak: demand, season, error: 0, compared: 0 };
  }
  if (slot <= state.slot) return { ...state, peak: Math.max(state.peak, demand) };
  return { ...closeSlot(state), slot, peak: demand };
}

/** Compares the slot with what was forecast for it, then learns from it. Slots without a sample teach nothing. */
function closeSlot(state: SeasonState): SeasonState {
  const index = state.slot % slotsInSeason;
  const forecast = state.season[index] ?? null;
  const season = state.season.with(
    index,
    forecast === null ? state.peak : forecast + smoothing * (state.peak - forecast),
  );
  // A percentage of nothing says nothing.
  if (forecast === null || state.peak === 0) return { ...state, season };
  const compared = state.compared + 1;
  const miss = Math.abs(state.peak - forecast) / state.peak;
  const error = state.error + (miss - state.error) / Math.min(compared, slotsInSeason);
  return { ...state, season, compared, error };
}

/**
 * The floor for now: the highest demand forecast between now and the lead time, rounded up. None before a
 * whole season was seen, while the error is above its limit, and where nothing is known of these slots.
 */
export function predictFloor(
  state: SeasonState | undefined,
  nowMs: number,
  options: PredictionOptions = {},
): Prediction {
  const seenMs = state ? nowMs - state.firstSampleMs : 0;
  if (!state || seenMs < seasonMs) {
    const hours = Math.floor(seenMs / 3_600_000);
    return { type: 'None', reason: 'TooShort', message: `${hours} h of the 24 h seen that a forecast needs` };
  }
  const percent = `${Math.round(state.error * 1000) / 10} %`;
  if (state.error > (options.maxError ?? defaultMaxError)) {
    return { type: 'None', reason: 'Inaccurate', message: `forecasts were wrong by ${percent} on the mean` };
  }
  const last = Math.floor((nowMs + (options.leadMs ?? defaultLeadMs)) / slotMs);
  let highest: number | undefined;
  for (let slot = Math.floor(nowMs / slotMs); slot <= last; slot++) {
    const forecast = state.season[slot % slotsInSeason] ?? undefined;
    if (forecast !== undefined) highest = Math.max(highest ?? 0, forecast);
  }
  if (highest === undefined) {
    return { type: 'None', reason: 'Unknown', message: 'this time of day was not seen yet' };
  }
  const replicas = Math.ceil(highest / (options.carries ?? 1) - 1e-9);
  const floor: Floor = { source: 'forecast', replicas };
  return { type: 'Floor', floor, message: `${replicas} VMs forecast, error ${percent}` };
}
