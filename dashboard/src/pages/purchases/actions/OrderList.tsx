import { Money, type Amount } from "../../../ui/Money";
import { nameOf, type PurchaseOrder } from "../purchase";

interface OrderListProps {
  orders: readonly PurchaseOrder[];
  amountOf: (order: PurchaseOrder) => Amount;
}

/** The orders that an action is about, with an amount each. */
export function OrderList({ orders, amountOf }: OrderListProps) {
  return (
    <ul className="og-results">
      {orders.map((order) => (
        <li key={order.id}>
          {nameOf(order)}: <Money value={amountOf(order)} />
        </li>
      ))}
    </ul>
  );
}
