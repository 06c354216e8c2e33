import { Text } from "@saleor/macaw-ui";
import { useEffect, useRef } from "react";

import { Notice } from "../../../ui/Notice";
import type { Outcome } from "./outcome";

/** The result of an action, for each order. It takes the focus when it appears. */
export function OutcomeNotice({ outcome }: { outcome: Outcome }) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => element.current?.focus(), [outcome]);
  return (
    <div ref={element} tabIndex={-1} className="og-gap">
      <Notice tone={outcome.isWhole ? "success" : "critical"} isLive>
        <Text as="p" size={4} fontWeight="bold">
          {outcome.title}
        </Text>
        {outcome.errors.map((error) => (
          <p key={error} className="og-line">
            {error}
          </p>
        ))}
        <ul className="og-results">
          {outcome.orders.map((order) => (
            <li key={order.id}>
              {order.name}: {describe(order)}
            </li>
          ))}
        </ul>
      </Notice>
    </div>
  );
}

function describe({ errors, isPending }: Outcome["orders"][number]) {
  if (errors.length > 0) return errors.join(" ");
  return isPending ? "goes on in the background" : "no error";
}
