import { Button, Text } from "@saleor/macaw-ui";
import { useState } from "react";

import { useAct } from "../../api/useAct";
import { DeleteSellerDocument } from "../../graphql/graphql";
import { useHost, usePermission } from "../../host/HostContext";
import { useNavigate } from "../../host/location";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { Refusals } from "../../ui/Refusals";

export function DeleteSeller({ seller }: { seller: { id: string; name: string } }) {
  const canEdit = usePermission("MANAGE_PRODUCTS");
  const [isAsked, setAsked] = useState(false);
  if (!canEdit) return null;
  return (
    <>
      <Button variant="secondary" onClick={() => setAsked(true)}>
        Delete seller
      </Button>
      {isAsked && <DeleteDialog seller={seller} onClose={() => setAsked(false)} />}
    </>
  );
}

interface DeleteDialogProps {
  seller: { id: string; name: string };
  onClose: () => void;
}

function DeleteDialog({ seller, onClose }: DeleteDialogProps) {
  const host = useHost();
  const navigate = useNavigate();
  const { act, isRunning, refusals } = useAct(DeleteSellerDocument);
  const confirm = async () => {
    if (!(await act({ id: seller.id }))) return;
    host.notify({ status: "success", title: "Seller deleted" });
    void navigate("/sellers");
  };
  return (
    <ConfirmDialog
      title={`Delete ${seller.name}?`}
      action="Delete seller"
      isDangerous
      isRunning={isRunning}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <Text as="p">
        Members and apps lose their access, and the seller&apos;s assignments of delivery methods
        end. This cannot be undone. A seller with orders or products cannot be deleted.
      </Text>
      <Refusals refusals={refusals} />
    </ConfirmDialog>
  );
}
