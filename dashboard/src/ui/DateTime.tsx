import { useHostState } from "../host/HostContext";

export function formatDateTime(value: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(
    new Date(value),
  );
}

export function DateTime({ value }: { value: string }) {
  const { locale } = useHostState();
  return <time dateTime={value}>{formatDateTime(value, locale)}</time>;
}
