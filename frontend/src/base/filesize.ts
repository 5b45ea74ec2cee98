/** Sizes of files in words. */
import { t } from './i18n';

/** "512 B", "184 KB", "1.2 MB": in steps of a thousand, as file managers count. */
export function fileSize(bytes: number): string {
  if (bytes < 1000) return t('contracts.size_b', { n: bytes });
  const units = [
    (n: number) => t('contracts.size_kb', { n: Math.round(n) }),
    (n: number) => t('contracts.size_mb', { n: Math.round(n * 10) / 10 }),
    (n: number) => t('contracts.size_gb', { n: Math.round(n * 10) / 10 }),
  ];
  let n = bytes / 1000;
  let unit = 0;
  while (n >= 999.95 && unit < units.length - 1) {
    n /= 1000;
    unit++;
  }
  return units[unit]!(n);
}
