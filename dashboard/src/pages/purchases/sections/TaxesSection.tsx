import { useHostState } from "../../../host/HostContext";
import { Money } from "../../../ui/Money";
import { Section } from "../../../ui/Page";
import { Table } from "../../../ui/Table";
import type { Purchase } from "../purchase";

const COLUMNS = [
  { label: "Tax class" },
  { label: "Rate", isNumber: true },
  { label: "Net", isNumber: true },
  { label: "Tax", isNumber: true },
  { label: "Gross", isNumber: true },
];

export function TaxesSection({ taxes }: { taxes: Purchase["taxes"] }) {
  const { locale } = useHostState();
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 2 });
  if (taxes.length === 0) return null;
  return (
    <Section title="Taxes">
      <Table name="Taxes" columns={COLUMNS}>
        {taxes.map((tax) => (
          <tr key={`${tax.taxClassName}-${tax.rate}`}>
            <th scope="row">{tax.taxClassName ?? "No tax class"}</th>
            <td className="og-number">{percent.format(tax.rate)}</td>
            <td className="og-number">
              <Money value={tax.net} />
            </td>
            <td className="og-number">
              <Money value={tax.tax} />
            </td>
            <td className="og-number">
              <Money value={tax.gross} />
            </td>
          </tr>
        ))}
      </Table>
    </Section>
  );
}
