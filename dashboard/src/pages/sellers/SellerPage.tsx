export default function SellerPage({ slug }: { slug: string | null }) {
  return slug;
}
