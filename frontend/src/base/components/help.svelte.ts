/** What of the help lies over a screen. The shell shows it; a screen asks for it. */
class Help {
  open = $state<'all' | 'keys' | undefined>(undefined);
}

export const help = new Help();
