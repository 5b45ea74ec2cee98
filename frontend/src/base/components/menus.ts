/** What a menu offers. */
import type { LucideIcon } from '@lucide/svelte';

export interface MenuItem {
  label: string;
  icon: LucideIcon;
  go: () => void;
  /** It takes something away. */
  danger?: boolean;
  /** A line stands above it. */
  apart?: boolean;
}
