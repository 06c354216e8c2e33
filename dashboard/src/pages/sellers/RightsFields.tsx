import { usePermission } from "../../host/HostContext";
import { CheckboxField } from "../../ui/fields";
import { RIGHTS, toggleRight, type Rights } from "./rights";
import type { SellerRightEnum } from "../../graphql/graphql";

interface RightsFieldsProps {
  rights: Rights;
  onChange: (rights: SellerRightEnum[]) => void;
}

/** Nobody gives the right to refund who may not handle payments. */
export function RightsFields({ rights, onChange }: RightsFieldsProps) {
  const mayHandlePayments = usePermission("HANDLE_PAYMENTS");
  return (
    <fieldset className="og-fieldset">
      <legend>Rights besides reading</legend>
      {RIGHTS.map(({ value, label, meaning }) => {
        const isForbidden = value === "REFUND" && !mayHandlePayments && !rights.includes(value);
        return (
          <CheckboxField
            key={value}
            label={
              <>
                {label}
                <span className="og-quiet og-sub">
                  {isForbidden ? "You need the permission HANDLE_PAYMENTS to give it." : meaning}
                </span>
              </>
            }
            isChecked={rights.includes(value)}
            isDisabled={isForbidden}
            onChange={() => onChange(toggleRight(rights, value))}
          />
        );
      })}
    </fieldset>
  );
}
