import type { ReactNode } from "react";

export interface Column {
  label: ReactNode;
  isNumber?: boolean;
  /** Pixels, where tables below each other should have their columns in line. */
  width?: number;
  /** How the rows are sorted by this column, if they are. */
  sort?: "ascending" | "descending" | undefined;
}

interface TableProps {
  /** Says what the table holds, to screen readers. */
  name: string;
  columns: readonly Column[];
  /** Rows: `<tr>` elements. */
  children: ReactNode;
  isBusy?: boolean;
}

export function Table({ name, columns, children, isBusy = false }: TableProps) {
  return (
    <div className="og-table-frame" role="group" aria-label={name} tabIndex={0}>
      <table className={isBusy ? "og-table og-busy" : "og-table"} aria-busy={isBusy} aria-label={name}>
        <thead>
          <tr>
            {columns.map((column, place) => (
              <th
                key={place}
                scope="col"
                className={column.isNumber ? "og-number" : undefined}
                aria-sort={column.sort}
                style={column.width ? { width: column.width } : undefined}
              >
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
