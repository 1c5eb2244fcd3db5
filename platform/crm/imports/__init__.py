"""Import of CSV and XLSX: reader → detect → plan → run. The pages and the API stand on `services` and `selectors`."""
