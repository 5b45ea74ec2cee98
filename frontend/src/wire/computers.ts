import * as computers from '../../wailsjs/go/app/Computers';
import { openOneTime } from './answers';
import { answered, call, closedProof } from './call';
import type { ComputersView, Proof } from './views';

/** Settings, Profile, My computers: of a workspace at a server. */
export const Computers = {
  list: (session: string) => call<ComputersView>(() => computers.List(session)),
  /** Makes a code with which another computer is added. */
  giveCode: (session: string, proof: Proof) =>
    answered(async (key) => computers.GiveCode(session, await closedProof(proof), key), openOneTime),
  endCode: (session: string) => call<ComputersView>(() => computers.EndCode(session)),
  rename: (session: string, id: string, name: string) =>
    call<ComputersView>(() => computers.Rename(session, id, name)),
  remove: (session: string, id: string, proof: Proof) =>
    call<ComputersView>(async () => computers.Remove(session, id, await closedProof(proof))),
};
