// The palette's code comes with its first use.
export function openPalette(): void {
  void import("./palette").then((palette) => palette.show());
}
