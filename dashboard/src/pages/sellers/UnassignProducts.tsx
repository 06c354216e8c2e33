import { Text } from "@saleor/macaw-ui";

import { useAct } from "../../api/useAct";
import { UnassignProductsDocument } from "../../graphql/graphql";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { Refusals } from "../../ui/Refusals";

interface UnassignProductsProps {
  seller: { id: string; name: string };
  products: readonly { id: string; name: string }[];
  onDone: () => void;
  onClose: () => void;
}

/** Asks before products become the shop's own. */
export function UnassignProducts({ seller, products, onDone, onClose }: UnassignProductsProps) {
  const { act, isRunning, refusals } = useAct(UnassignProductsDocument);
  const confirm = async () => {
    if (await act({ id: seller.id, products: products.map(({ id }) => id) })) onDone();
  };
  return (
    <ConfirmDialog
      title={`Take products from ${seller.name}?`}
      action="Unassign"
      isDangerous
      isRunning={isRunning}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <Text as="p">
        The shop sells these products itself then. Orders that were placed keep their seller.
      </Text>
      <ul className="og-names">
        {products.map(({ id, name }) => (
          <li key={id}>{name}</li>
        ))}
      </ul>
      <Refusals refusals={refusals} />
    </ConfirmDialog>
  );
}
