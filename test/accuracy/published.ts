/**
 * Mean number of requests at one of N queues of the supermarket model with two choices (drawn with replacement), as
 * published: by simulation (1000 runs each), by the mean field and by its first expansion in 1 / N.
 *
 * Source: N. Gast, L. Bortolussi and M. Tribastone, Size Expansions of Mean Field Approximation: Transient and
 * Steady-State Analysis, Performance Evaluation 129, 2019, the table of steady-state average queue lengths.
 */
export const supermarket = [
  { queues: 10, utilization: 0.7, field: 1.1301, expansion: 1.215, simulated: 1.2193 },
  { queues: 20, utilization: 0.7, field: 1.1301, expansion: 1.1726, simulated: 1.1737 },
  { queues: 10, utilization: 0.9, field: 2.3527, expansion: 2.7513, simulated: 2.8002 },
  { queues: 20, utilization: 0.9, field: 2.3527, expansion: 2.552, simulated: 2.5662 },
  { queues: 10, utilization: 0.95, field: 3.2139, expansion: 4.1017, simulated: 4.2993 },
  { queues: 20, utilization: 0.95, field: 3.2139, expansion: 3.6578, simulated: 3.7124 },
];
