/** Whether the help lies over a screen before a session. The shell shows it; a screen asks for it. */
class Help {
  open = $state(false);
}

export const help = new Help();
