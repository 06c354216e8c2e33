export default function PurchasePage({ number }: { number: string }) {
  return number;
}
