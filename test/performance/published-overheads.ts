/** VMware, vSphere 6.x Resource Management: sample overhead memory, MB, for 1, 2, 4 and 8 vCPU. */
const table: readonly (readonly [memoryMib: number, ...overhead: number[]])[] = [
  [256, 20.29, 24.28, 32.23, 48.16],
  [1024, 25.9, 29.91, 37.86, 53.82],
  [4096, 48.64, 52.72, 60.67, 76.78],
  [16384, 139.62, 143.98, 151.93, 168.6],
];

/** The cells of the table, one by one. */
export const publishedOverheads = table.flatMap(([memoryMib, ...row]) =>
  row.map((overheadMib, column) => ({ memoryMib, vcpus: 2 ** column, overheadMib })),
);
