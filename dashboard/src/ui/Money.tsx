import { useHostState } from "../host/HostContext";

export interface Amount {
  amount: number;
  currency: string;
}

export function formatMoney({ amount, currency }: Amount, locale: string): string {
  return new Intl.NumberFormat(locale, { style: "currency", currency }).format(amount);
}

export function useFormatMoney(): (amount: Amount) => string {
  const { locale } = useHostState();
  return (amount) => formatMoney(amount, locale);
}

export function Money({ value }: { value: Amount }) {
  const format = useFormatMoney();
  return <>{format(value)}</>;
}
