/** What a state has come to, in figures: made by the engine's side, shown by the terminal's. */
export interface Summary {
  readonly hosts: {
    readonly total: number;
    readonly ready: number;
    readonly hosted: number;
    readonly bareMetal: number;
    /** Share of the allocatable that is promised, 0..1. */
    readonly cpuShare: number;
    readonly memoryShare: number;
  };
  /** Count by phase and by mode. */
  readonly machines: {
    readonly total: number;
    readonly byPhase: Readonly<Record<string, number>>;
    readonly byMode: Readonly<Record<string, number>>;
  };
  readonly tenants: {
    readonly total: number;
    readonly ready: number;
    readonly byLevel: Readonly<Record<string, number>>;
  };
  readonly endpoints: readonly {
    readonly route: string;
    readonly balancer: string;
    readonly ready: number;
  }[];
  /** What is not as wanted, each with its reason. */
  readonly problems: readonly {
    readonly object: string;
    readonly reason: string;
    readonly message: string;
    /** The controllers could not bring it about; else it waits for something that nobody has declared, or for a person. */
    readonly isFailure: boolean;
    /** Key texts of the object and of what controls it, from the inside out. */
    readonly within: readonly string[];
  }[];
  /** Commands that may be of use now, with real names in them. */
  readonly next: readonly string[];
}
