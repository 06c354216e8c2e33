import { Text } from "@saleor/macaw-ui";

import { customerPath } from "../../../host/dashboardPaths";
import { DashboardLink } from "../../../ui/links";
import { Section } from "../../../ui/Page";
import type { Purchase } from "../purchase";

type Address = NonNullable<Purchase["billingAddress"]>;

export function CustomerSection({ purchase }: { purchase: Purchase }) {
  const { user, userEmail, billingAddress, shippingAddress } = purchase;
  const name = userEmail || "A guest without an email address";
  return (
    <Section title="Customer">
      <p className="og-line">
        {user ? <DashboardLink to={customerPath(user.id)}>{name}</DashboardLink> : name}
      </p>
      <AddressBlock title="Delivery" address={shippingAddress} />
      <AddressBlock title="Billing" address={billingAddress} />
    </Section>
  );
}

function AddressBlock({ title, address }: { title: string; address: Address | null }) {
  if (!address) return null;
  return (
    <address className="og-address">
      <Text as="h3" size={4} fontWeight="bold">
        {title}
      </Text>
      {linesOf(address).map((line, place) => (
        <div key={place}>{line}</div>
      ))}
    </address>
  );
}

function linesOf(address: Address): string[] {
  return [
    `${address.firstName} ${address.lastName}`,
    address.companyName,
    address.streetAddress1,
    address.streetAddress2,
    `${address.postalCode} ${address.city}`,
    address.countryArea,
    address.country.country,
    address.phone ?? "",
  ]
    .map((line) => line.trim())
    .filter(Boolean);
}
