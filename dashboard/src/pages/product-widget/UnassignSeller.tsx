import { Button } from "@saleor/macaw-ui";

import { useAct } from "../../api/useAct";
import { UnassignProductsDocument } from "../../graphql/graphql";
import { Refusals } from "../../ui/Refusals";

interface UnassignSellerProps {
  product: { id: string };
  seller: { id: string; name: string };
  onDone: () => void;
  onClose: () => void;
}

/** Asks before the product becomes the shop's own. */
export function UnassignSeller({ product, seller, onDone, onClose }: UnassignSellerProps) {
  const { act, isRunning, refusals } = useAct(UnassignProductsDocument);
  const confirm = async () => {
    if (await act({ id: seller.id, products: [product.id] })) onDone();
  };
  return (
    <div className="og-stack" role="group" aria-label="Unassign the seller">
      <p className="og-line">
        {`Take the product from ${seller.name}? The shop sells it itself then. Orders that were placed keep their seller.`}
      </p>
      <Refusals refusals={refusals} />
      <div className="og-buttons og-start">
        <Button variant="error" size="small" disabled={isRunning} onClick={() => void confirm()}>
          {isRunning ? "Working…" : "Unassign"}
        </Button>
        <Button variant="secondary" size="small" disabled={isRunning} onClick={onClose}>
          Back
        </Button>
      </div>
    </div>
  );
}
