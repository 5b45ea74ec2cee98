export namespace app {
	
	export class AboutView {
	    version: string;
	    commit?: string;
	    system: string;
	    webView?: string;
	    dataFolder: string;
	
	    static createFrom(source: any = {}) {
	        return new AboutView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.version = source["version"];
	        this.commit = source["commit"];
	        this.system = source["system"];
	        this.webView = source["webView"];
	        this.dataFolder = source["dataFolder"];
	    }
	}
	export class AppError {
	    code: string;
	    field?: string;
	    args?: Record<string, any>;
	    reference?: string;
	
	    static createFrom(source: any = {}) {
	        return new AppError(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.code = source["code"];
	        this.field = source["field"];
	        this.args = source["args"];
	        this.reference = source["reference"];
	    }
	}
	export class AppView {
	    number: number;
	    name: string;
	    addedAt: string;
	    lastUsedAt?: string;
	    lastUsedFor?: string;
	
	    static createFrom(source: any = {}) {
	        return new AppView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.number = source["number"];
	        this.name = source["name"];
	        this.addedAt = source["addedAt"];
	        this.lastUsedAt = source["lastUsedAt"];
	        this.lastUsedFor = source["lastUsedFor"];
	    }
	}
	export class ApprovalView {
	    id: string;
	    kind: string;
	    members: string[];
	    names: string[];
	    reason: string;
	    by: string;
	    at: string;
	    expiresAt: string;
	    state: string;
	    mine: boolean;
	    may: boolean;
	
	    static createFrom(source: any = {}) {
	        return new ApprovalView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.kind = source["kind"];
	        this.members = source["members"];
	        this.names = source["names"];
	        this.reason = source["reason"];
	        this.by = source["by"];
	        this.at = source["at"];
	        this.expiresAt = source["expiresAt"];
	        this.state = source["state"];
	        this.mine = source["mine"];
	        this.may = source["may"];
	    }
	}
	export class FindingView {
	    kind: string;
	    table: string;
	    count: number;
	
	    static createFrom(source: any = {}) {
	        return new FindingView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.kind = source["kind"];
	        this.table = source["table"];
	        this.count = source["count"];
	    }
	}
	export class IntegrityView {
	    findings: FindingView[];
	    lastGood?: string;
	    acceptable: boolean;
	
	    static createFrom(source: any = {}) {
	        return new IntegrityView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.findings = this.convertValues(source["findings"], FindingView);
	        this.lastGood = source["lastGood"];
	        this.acceptable = source["acceptable"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class AuthState {
	    stage: string;
	    workspace: string;
	    server?: string;
	    joined: boolean;
	    others: boolean;
	    fault?: AppError;
	    version: string;
	    dataFolder: string;
	    minimumPassword: number;
	    idleMinutes: number;
	    renewsPage: boolean;
	    kit: boolean;
	    lockedFor?: string;
	    lockedEmail?: string;
	    quickUnlock: boolean;
	    canRestore: boolean;
	    canUseFile: boolean;
	    secretsFile: boolean;
	    integrity?: IntegrityView;
	
	    static createFrom(source: any = {}) {
	        return new AuthState(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.stage = source["stage"];
	        this.workspace = source["workspace"];
	        this.server = source["server"];
	        this.joined = source["joined"];
	        this.others = source["others"];
	        this.fault = this.convertValues(source["fault"], AppError);
	        this.version = source["version"];
	        this.dataFolder = source["dataFolder"];
	        this.minimumPassword = source["minimumPassword"];
	        this.idleMinutes = source["idleMinutes"];
	        this.renewsPage = source["renewsPage"];
	        this.kit = source["kit"];
	        this.lockedFor = source["lockedFor"];
	        this.lockedEmail = source["lockedEmail"];
	        this.quickUnlock = source["quickUnlock"];
	        this.canRestore = source["canRestore"];
	        this.canUseFile = source["canUseFile"];
	        this.secretsFile = source["secretsFile"];
	        this.integrity = this.convertValues(source["integrity"], IntegrityView);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Envelope {
	    key: string;
	    box: string;
	
	    static createFrom(source: any = {}) {
	        return new Envelope(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.key = source["key"];
	        this.box = source["box"];
	    }
	}
	export class BackupRequest {
	    recipients: string;
	    passphrase: Envelope;
	
	    static createFrom(source: any = {}) {
	        return new BackupRequest(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.recipients = source["recipients"];
	        this.passphrase = this.convertValues(source["passphrase"], Envelope);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class MemberView {
	    id: string;
	    name: string;
	    email: string;
	    role: string;
	    state: string;
	    language?: string;
	    twoFactor: string;
	    onSince?: string;
	    codesLeft: number;
	    sheet?: number;
	    run?: number;
	    issuedAt?: string;
	    handedOverAt?: string;
	    acknowledgedAt?: string;
	    checkedAt?: string;
	    lastSignInAt?: string;
	    createdAt: string;
	    invitedUntil?: string;
	
	    static createFrom(source: any = {}) {
	        return new MemberView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.name = source["name"];
	        this.email = source["email"];
	        this.role = source["role"];
	        this.state = source["state"];
	        this.language = source["language"];
	        this.twoFactor = source["twoFactor"];
	        this.onSince = source["onSince"];
	        this.codesLeft = source["codesLeft"];
	        this.sheet = source["sheet"];
	        this.run = source["run"];
	        this.issuedAt = source["issuedAt"];
	        this.handedOverAt = source["handedOverAt"];
	        this.acknowledgedAt = source["acknowledgedAt"];
	        this.checkedAt = source["checkedAt"];
	        this.lastSignInAt = source["lastSignInAt"];
	        this.createdAt = source["createdAt"];
	        this.invitedUntil = source["invitedUntil"];
	    }
	}
	export class BarredView {
	    member: MemberView;
	    reason: string;
	
	    static createFrom(source: any = {}) {
	        return new BarredView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.member = this.convertValues(source["member"], MemberView);
	        this.reason = source["reason"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Challenge {
	    token: string;
	    email: string;
	    authenticatorOff: boolean;
	    mustEnrol: boolean;
	    requiredSince?: string;
	    choosePassword: boolean;
	    minimumPassword: number;
	
	    static createFrom(source: any = {}) {
	        return new Challenge(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.token = source["token"];
	        this.email = source["email"];
	        this.authenticatorOff = source["authenticatorOff"];
	        this.mustEnrol = source["mustEnrol"];
	        this.requiredSince = source["requiredSince"];
	        this.choosePassword = source["choosePassword"];
	        this.minimumPassword = source["minimumPassword"];
	    }
	}
	export class ChangedView {
	    kind: string;
	    table: string;
	    name?: string;
	    count: number;
	
	    static createFrom(source: any = {}) {
	        return new ChangedView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.kind = source["kind"];
	        this.table = source["table"];
	        this.name = source["name"];
	        this.count = source["count"];
	    }
	}
	export class ChecklistStep {
	    item: string;
	    done: boolean;
	
	    static createFrom(source: any = {}) {
	        return new ChecklistStep(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.item = source["item"];
	        this.done = source["done"];
	    }
	}
	export class ChecklistView {
	    steps: ChecklistStep[];
	    away: boolean;
	
	    static createFrom(source: any = {}) {
	        return new ChecklistView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.steps = this.convertValues(source["steps"], ChecklistStep);
	        this.away = source["away"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Clock {
	    now: string;
	    newest: string;
	
	    static createFrom(source: any = {}) {
	        return new Clock(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.now = source["now"];
	        this.newest = source["newest"];
	    }
	}
	export class Words {
	    of: string[];
	    at: number[];
	
	    static createFrom(source: any = {}) {
	        return new Words(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.of = source["of"];
	        this.at = source["at"];
	    }
	}
	export class CodeColumns {
	    member: number[];
	    kind: Words;
	    issuedBy: Words;
	    issuedAt: number[];
	    expiresAt: number[];
	    may: boolean[];
	
	    static createFrom(source: any = {}) {
	        return new CodeColumns(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.member = source["member"];
	        this.kind = this.convertValues(source["kind"], Words);
	        this.issuedBy = this.convertValues(source["issuedBy"], Words);
	        this.issuedAt = source["issuedAt"];
	        this.expiresAt = source["expiresAt"];
	        this.may = source["may"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class CodeView {
	    number: number;
	    usedAt?: string;
	    usedFor?: string;
	
	    static createFrom(source: any = {}) {
	        return new CodeView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.number = source["number"];
	        this.usedAt = source["usedAt"];
	        this.usedFor = source["usedFor"];
	    }
	}
	export class CodeUsage {
	    sheet: number;
	    issuedAt: string;
	    state: string;
	    codes: CodeView[];
	
	    static createFrom(source: any = {}) {
	        return new CodeUsage(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.sheet = source["sheet"];
	        this.issuedAt = source["issuedAt"];
	        this.state = source["state"];
	        this.codes = this.convertValues(source["codes"], CodeView);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	
	export class CodesView {
	    total: number;
	    left: number;
	    used: number[];
	    sheet: number;
	    issuedAt: string;
	    issuedBy: string;
	    voided: boolean;
	    warn: boolean;
	    run?: number;
	    handedOverAt?: string;
	    acknowledgedAt?: string;
	    checkedAt?: string;
	    checkDue: boolean;
	
	    static createFrom(source: any = {}) {
	        return new CodesView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.total = source["total"];
	        this.left = source["left"];
	        this.used = source["used"];
	        this.sheet = source["sheet"];
	        this.issuedAt = source["issuedAt"];
	        this.issuedBy = source["issuedBy"];
	        this.voided = source["voided"];
	        this.warn = source["warn"];
	        this.run = source["run"];
	        this.handedOverAt = source["handedOverAt"];
	        this.acknowledgedAt = source["acknowledgedAt"];
	        this.checkedAt = source["checkedAt"];
	        this.checkDue = source["checkDue"];
	    }
	}
	export class ComputerView {
	    id: string;
	    name: string;
	    addedAt: string;
	    lastUsedAt?: string;
	    here: boolean;
	    strange: boolean;
	
	    static createFrom(source: any = {}) {
	        return new ComputerView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.name = source["name"];
	        this.addedAt = source["addedAt"];
	        this.lastUsedAt = source["lastUsedAt"];
	        this.here = source["here"];
	        this.strange = source["strange"];
	    }
	}
	export class ComputersView {
	    computers: ComputerView[];
	    codeUntil?: string;
	    most: number;
	
	    static createFrom(source: any = {}) {
	        return new ComputersView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.computers = this.convertValues(source["computers"], ComputerView);
	        this.codeUntil = source["codeUntil"];
	        this.most = source["most"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class TwoFactor {
	    on: boolean;
	    since?: string;
	    apps: AppView[];
	    mostApps: number;
	    lastUsedAt?: string;
	    lastUsedFor?: string;
	    authenticatorOff: boolean;
	    required: boolean;
	    requireFrom?: string;
	    shortPassword: boolean;
	    codes?: CodesView;
	
	    static createFrom(source: any = {}) {
	        return new TwoFactor(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.on = source["on"];
	        this.since = source["since"];
	        this.apps = this.convertValues(source["apps"], AppView);
	        this.mostApps = source["mostApps"];
	        this.lastUsedAt = source["lastUsedAt"];
	        this.lastUsedFor = source["lastUsedFor"];
	        this.authenticatorOff = source["authenticatorOff"];
	        this.required = source["required"];
	        this.requireFrom = source["requireFrom"];
	        this.shortPassword = source["shortPassword"];
	        this.codes = this.convertValues(source["codes"], CodesView);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class ProfileView {
	    id: string;
	    name: string;
	    email: string;
	    role: string;
	    workspace: string;
	    createdAt: string;
	    passwordChangedAt: string;
	    lastSignInAt?: string;
	    language?: string;
	    twoFactor: TwoFactor;
	    permissions: string[];
	
	    static createFrom(source: any = {}) {
	        return new ProfileView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.name = source["name"];
	        this.email = source["email"];
	        this.role = source["role"];
	        this.workspace = source["workspace"];
	        this.createdAt = source["createdAt"];
	        this.passwordChangedAt = source["passwordChangedAt"];
	        this.lastSignInAt = source["lastSignInAt"];
	        this.language = source["language"];
	        this.twoFactor = this.convertValues(source["twoFactor"], TwoFactor);
	        this.permissions = source["permissions"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class SheetView {
	    sheet: number;
	    workspace: string;
	    name: string;
	    email: string;
	    issuedAt: string;
	    issuedBy: string;
	    replaces?: number;
	    support?: string;
	    codes: Envelope;
	    language?: string;
	
	    static createFrom(source: any = {}) {
	        return new SheetView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.sheet = source["sheet"];
	        this.workspace = source["workspace"];
	        this.name = source["name"];
	        this.email = source["email"];
	        this.issuedAt = source["issuedAt"];
	        this.issuedBy = source["issuedBy"];
	        this.replaces = source["replaces"];
	        this.support = source["support"];
	        this.codes = this.convertValues(source["codes"], Envelope);
	        this.language = source["language"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Confirmed {
	    sheet?: SheetView;
	    profile?: ProfileView;
	
	    static createFrom(source: any = {}) {
	        return new Confirmed(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.sheet = this.convertValues(source["sheet"], SheetView);
	        this.profile = this.convertValues(source["profile"], ProfileView);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class ContractView {
	    id: string;
	    name: string;
	    size: number;
	    type: string;
	    kind: string;
	    addedAt: string;
	    addedBy: string;
	    modifiedAt?: string;
	    tags: string[];
	    removedAt?: string;
	    removedBy?: string;
	    goneAt?: string;
	    missing?: boolean;
	
	    static createFrom(source: any = {}) {
	        return new ContractView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.name = source["name"];
	        this.size = source["size"];
	        this.type = source["type"];
	        this.kind = source["kind"];
	        this.addedAt = source["addedAt"];
	        this.addedBy = source["addedBy"];
	        this.modifiedAt = source["modifiedAt"];
	        this.tags = source["tags"];
	        this.removedAt = source["removedAt"];
	        this.removedBy = source["removedBy"];
	        this.goneAt = source["goneAt"];
	        this.missing = source["missing"];
	    }
	}
	export class ContractsView {
	    state: string;
	    contracts: ContractView[];
	    bin: number;
	    canPurge: boolean;
	    notAdded: number;
	    nativeDrop: boolean;
	
	    static createFrom(source: any = {}) {
	        return new ContractsView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.state = source["state"];
	        this.contracts = this.convertValues(source["contracts"], ContractView);
	        this.bin = source["bin"];
	        this.canPurge = source["canPurge"];
	        this.notAdded = source["notAdded"];
	        this.nativeDrop = source["nativeDrop"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class DroppedFile {
	    name: string;
	    folder: string;
	    size: number;
	    modified: number;
	
	    static createFrom(source: any = {}) {
	        return new DroppedFile(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.folder = source["folder"];
	        this.size = source["size"];
	        this.modified = source["modified"];
	    }
	}
	export class EnrolmentSession {
	    token: string;
	    kind: string;
	    email: string;
	
	    static createFrom(source: any = {}) {
	        return new EnrolmentSession(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.token = source["token"];
	        this.kind = source["kind"];
	        this.email = source["email"];
	    }
	}
	export class QRView {
	    modules: number;
	    path: Envelope;
	
	    static createFrom(source: any = {}) {
	        return new QRView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.modules = source["modules"];
	        this.path = this.convertValues(source["path"], Envelope);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class EnrolmentView {
	    qr: QRView;
	    keyGroups: Envelope;
	    issuer: string;
	    account: string;
	    shortened: boolean;
	    digits: number;
	    period: number;
	
	    static createFrom(source: any = {}) {
	        return new EnrolmentView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.qr = this.convertValues(source["qr"], QRView);
	        this.keyGroups = this.convertValues(source["keyGroups"], Envelope);
	        this.issuer = source["issuer"];
	        this.account = source["account"];
	        this.shortened = source["shortened"];
	        this.digits = source["digits"];
	        this.period = source["period"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	
	export class ExportFile {
	    name: string;
	    size: number;
	
	    static createFrom(source: any = {}) {
	        return new ExportFile(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.size = source["size"];
	    }
	}
	export class ExportView {
	    kind: string;
	    workspace: string;
	    at: string;
	    by: string;
	    details: Record<string, string>;
	    files: ExportFile[];
	    signedBy: string;
	    signature: string;
	    ours: boolean;
	
	    static createFrom(source: any = {}) {
	        return new ExportView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.kind = source["kind"];
	        this.workspace = source["workspace"];
	        this.at = source["at"];
	        this.by = source["by"];
	        this.details = source["details"];
	        this.files = this.convertValues(source["files"], ExportFile);
	        this.signedBy = source["signedBy"];
	        this.signature = source["signature"];
	        this.ours = source["ours"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Exported {
	    name: string;
	    events: number;
	    head: string;
	
	    static createFrom(source: any = {}) {
	        return new Exported(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.events = source["events"];
	        this.head = source["head"];
	    }
	}
	export class Extracted {
	    name: string;
	    folder: string;
	
	    static createFrom(source: any = {}) {
	        return new Extracted(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.folder = source["folder"];
	    }
	}
	export class Factor {
	    kind: string;
	    value: Envelope;
	
	    static createFrom(source: any = {}) {
	        return new Factor(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.kind = source["kind"];
	        this.value = this.convertValues(source["value"], Envelope);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	
	export class ImportOutcome {
	    count: number;
	
	    static createFrom(source: any = {}) {
	        return new ImportOutcome(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.count = source["count"];
	    }
	}
	export class ImportProblem {
	    code: string;
	    field: string;
	    args: Record<string, any>;
	
	    static createFrom(source: any = {}) {
	        return new ImportProblem(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.code = source["code"];
	        this.field = source["field"];
	        this.args = source["args"];
	    }
	}
	export class ImportRow {
	    line: number;
	    name: string;
	    email: string;
	    role: string;
	    language: string;
	    problem?: ImportProblem;
	
	    static createFrom(source: any = {}) {
	        return new ImportRow(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.line = source["line"];
	        this.name = source["name"];
	        this.email = source["email"];
	        this.role = source["role"];
	        this.language = source["language"];
	        this.problem = this.convertValues(source["problem"], ImportProblem);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class ImportView {
	    name: string;
	    encoding: string;
	    delimiter: string;
	    header: boolean;
	    rows: ImportRow[];
	    good: number;
	    bad: number;
	
	    static createFrom(source: any = {}) {
	        return new ImportView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.encoding = source["encoding"];
	        this.delimiter = source["delimiter"];
	        this.header = source["header"];
	        this.rows = this.convertValues(source["rows"], ImportRow);
	        this.good = source["good"];
	        this.bad = source["bad"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	
	export class Invited {
	    email: string;
	    code: Envelope;
	    computer: boolean;
	
	    static createFrom(source: any = {}) {
	        return new Invited(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.email = source["email"];
	        this.code = this.convertValues(source["code"], Envelope);
	        this.computer = source["computer"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Kept {
	    place: string;
	    drafts: Record<string, string>;
	
	    static createFrom(source: any = {}) {
	        return new Kept(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.place = source["place"];
	        this.drafts = source["drafts"];
	    }
	}
	export class KitOwner {
	    workspace: string;
	    name: string;
	    email: string;
	    password: Envelope;
	    kit: Envelope;
	
	    static createFrom(source: any = {}) {
	        return new KitOwner(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.workspace = source["workspace"];
	        this.name = source["name"];
	        this.email = source["email"];
	        this.password = this.convertValues(source["password"], Envelope);
	        this.kit = this.convertValues(source["kit"], Envelope);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class KitState {
	    madeAt?: string;
	    madeBy?: string;
	    current: boolean;
	
	    static createFrom(source: any = {}) {
	        return new KitState(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.madeAt = source["madeAt"];
	        this.madeBy = source["madeBy"];
	        this.current = source["current"];
	    }
	}
	export class KitView {
	    workspace: string;
	    by: string;
	    at: string;
	    generation: number;
	    identity: Envelope;
	    qr: QRView;
	    folder: string;
	
	    static createFrom(source: any = {}) {
	        return new KitView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.workspace = source["workspace"];
	        this.by = source["by"];
	        this.at = source["at"];
	        this.generation = source["generation"];
	        this.identity = this.convertValues(source["identity"], Envelope);
	        this.qr = this.convertValues(source["qr"], QRView);
	        this.folder = source["folder"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class SheetRow {
	    sheet: number;
	    run: number;
	    place: number;
	    member: string;
	    name: string;
	    email: string;
	    state: string;
	    issuedAt: string;
	    handedOverAt?: string;
	    acknowledgedAt?: string;
	    endedAt?: string;
	    codesLeft: number;
	    forOwner?: boolean;
	
	    static createFrom(source: any = {}) {
	        return new SheetRow(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.sheet = source["sheet"];
	        this.run = source["run"];
	        this.place = source["place"];
	        this.member = source["member"];
	        this.name = source["name"];
	        this.email = source["email"];
	        this.state = source["state"];
	        this.issuedAt = source["issuedAt"];
	        this.handedOverAt = source["handedOverAt"];
	        this.acknowledgedAt = source["acknowledgedAt"];
	        this.endedAt = source["endedAt"];
	        this.codesLeft = source["codesLeft"];
	        this.forOwner = source["forOwner"];
	    }
	}
	export class RunView {
	    number: number;
	    at: string;
	    by: string;
	    reason: string;
	    kind: string;
	    state: string;
	    members: number;
	    sheets: Record<string, number>;
	
	    static createFrom(source: any = {}) {
	        return new RunView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.number = source["number"];
	        this.at = source["at"];
	        this.by = source["by"];
	        this.reason = source["reason"];
	        this.kind = source["kind"];
	        this.state = source["state"];
	        this.members = source["members"];
	        this.sheets = source["sheets"];
	    }
	}
	export class LedgerView {
	    run: RunView;
	    sheets: SheetRow[];
	    without: MemberView[];
	
	    static createFrom(source: any = {}) {
	        return new LedgerView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.run = this.convertValues(source["run"], RunView);
	        this.sheets = this.convertValues(source["sheets"], SheetRow);
	        this.without = this.convertValues(source["without"], MemberView);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class License {
	    name: string;
	    version: string;
	    license: string;
	    text: string;
	
	    static createFrom(source: any = {}) {
	        return new License(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.version = source["version"];
	        this.license = source["license"];
	        this.text = source["text"];
	    }
	}
	export class LogEntryView {
	    seq: number;
	    at: string;
	    kind: string;
	    actor: string;
	    subject: string;
	    detail: Record<string, string>;
	    sentence: string;
	
	    static createFrom(source: any = {}) {
	        return new LogEntryView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.seq = source["seq"];
	        this.at = source["at"];
	        this.kind = source["kind"];
	        this.actor = source["actor"];
	        this.subject = source["subject"];
	        this.detail = source["detail"];
	        this.sentence = source["sentence"];
	    }
	}
	export class LogPage {
	    entries: LogEntryView[];
	    next: number;
	    head: number;
	
	    static createFrom(source: any = {}) {
	        return new LogPage(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.entries = this.convertValues(source["entries"], LogEntryView);
	        this.next = source["next"];
	        this.head = source["head"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class LogQuery {
	    before: number;
	    group: string;
	    days: number;
	    text: string;
	    person: string;
	    steps: boolean;
	
	    static createFrom(source: any = {}) {
	        return new LogQuery(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.before = source["before"];
	        this.group = source["group"];
	        this.days = source["days"];
	        this.text = source["text"];
	        this.person = source["person"];
	        this.steps = source["steps"];
	    }
	}
	export class LogReport {
	    events: number;
	    breaks: number;
	    firstSeq?: number;
	    lastGood?: string;
	    taken: number;
	    at: string;
	
	    static createFrom(source: any = {}) {
	        return new LogReport(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.events = source["events"];
	        this.breaks = source["breaks"];
	        this.firstSeq = source["firstSeq"];
	        this.lastGood = source["lastGood"];
	        this.taken = source["taken"];
	        this.at = source["at"];
	    }
	}
	export class LogStateView {
	    event: number;
	    at: string;
	    code: string;
	
	    static createFrom(source: any = {}) {
	        return new LogStateView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.event = source["event"];
	        this.at = source["at"];
	        this.code = source["code"];
	    }
	}
	export class MemberColumns {
	    id: string[];
	    name: string[];
	    email: string[];
	    role: Words;
	    state: Words;
	    language: Words;
	    twoFactor: Words;
	    onSince: number[];
	    codesLeft: number[];
	    sheet: number[];
	    run: number[];
	    issuedAt: number[];
	    handedOverAt: number[];
	    acknowledgedAt: number[];
	    checkedAt: number[];
	    lastSignInAt: number[];
	    createdAt: number[];
	    invitedUntil: number[];
	    acts: Words;
	    approves: boolean[];
	
	    static createFrom(source: any = {}) {
	        return new MemberColumns(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.name = source["name"];
	        this.email = source["email"];
	        this.role = this.convertValues(source["role"], Words);
	        this.state = this.convertValues(source["state"], Words);
	        this.language = this.convertValues(source["language"], Words);
	        this.twoFactor = this.convertValues(source["twoFactor"], Words);
	        this.onSince = source["onSince"];
	        this.codesLeft = source["codesLeft"];
	        this.sheet = source["sheet"];
	        this.run = source["run"];
	        this.issuedAt = source["issuedAt"];
	        this.handedOverAt = source["handedOverAt"];
	        this.acknowledgedAt = source["acknowledgedAt"];
	        this.checkedAt = source["checkedAt"];
	        this.lastSignInAt = source["lastSignInAt"];
	        this.createdAt = source["createdAt"];
	        this.invitedUntil = source["invitedUntil"];
	        this.acts = this.convertValues(source["acts"], Words);
	        this.approves = source["approves"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class MemberComputerView {
	    id: string;
	    name: string;
	    addedAt: string;
	    lastUsedAt?: string;
	
	    static createFrom(source: any = {}) {
	        return new MemberComputerView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.name = source["name"];
	        this.addedAt = source["addedAt"];
	        this.lastUsedAt = source["lastUsedAt"];
	    }
	}
	export class MemberComputersView {
	    computers: MemberComputerView[];
	    needsReset: boolean;
	
	    static createFrom(source: any = {}) {
	        return new MemberComputersView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.computers = this.convertValues(source["computers"], MemberComputerView);
	        this.needsReset = source["needsReset"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	
	export class MembersView {
	    members: MemberColumns;
	    codes: CodeColumns;
	    twoPeople: boolean;
	
	    static createFrom(source: any = {}) {
	        return new MembersView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.members = this.convertValues(source["members"], MemberColumns);
	        this.codes = this.convertValues(source["codes"], CodeColumns);
	        this.twoPeople = source["twoPeople"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class NewMember {
	    name: string;
	    email: string;
	    role: string;
	    language: string;
	
	    static createFrom(source: any = {}) {
	        return new NewMember(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.email = source["email"];
	        this.role = source["role"];
	        this.language = source["language"];
	    }
	}
	export class NewWorkspace {
	    workspace: string;
	    name: string;
	    email: string;
	    password: Envelope;
	
	    static createFrom(source: any = {}) {
	        return new NewWorkspace(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.workspace = source["workspace"];
	        this.name = source["name"];
	        this.email = source["email"];
	        this.password = this.convertValues(source["password"], Envelope);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class News {
	    kind: string;
	    at: string;
	    by: string;
	    detail: Record<string, string>;
	    stays?: number;
	
	    static createFrom(source: any = {}) {
	        return new News(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.kind = source["kind"];
	        this.at = source["at"];
	        this.by = source["by"];
	        this.detail = source["detail"];
	        this.stays = source["stays"];
	    }
	}
	export class OnComputer {
	    folder: string;
	    name: string;
	    server?: string;
	    inUse: boolean;
	
	    static createFrom(source: any = {}) {
	        return new OnComputer(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.folder = source["folder"];
	        this.name = source["name"];
	        this.server = source["server"];
	        this.inUse = source["inUse"];
	    }
	}
	export class OneTimeView {
	    kind: string;
	    name: string;
	    email: string;
	    workspace: string;
	    code: Envelope;
	    issuedBy: string;
	    issuedAt: string;
	    expiresAt: string;
	    support?: string;
	    server?: string;
	    serverKey?: string;
	    language?: string;
	
	    static createFrom(source: any = {}) {
	        return new OneTimeView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.kind = source["kind"];
	        this.name = source["name"];
	        this.email = source["email"];
	        this.workspace = source["workspace"];
	        this.code = this.convertValues(source["code"], Envelope);
	        this.issuedBy = source["issuedBy"];
	        this.issuedAt = source["issuedAt"];
	        this.expiresAt = source["expiresAt"];
	        this.support = source["support"];
	        this.server = source["server"];
	        this.serverKey = source["serverKey"];
	        this.language = source["language"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class PaperView {
	    sheet: number;
	    name: string;
	    email: string;
	    replaces?: number;
	    checkWord: string;
	    support?: string;
	    language?: string;
	
	    static createFrom(source: any = {}) {
	        return new PaperView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.sheet = source["sheet"];
	        this.name = source["name"];
	        this.email = source["email"];
	        this.replaces = source["replaces"];
	        this.checkWord = source["checkWord"];
	        this.support = source["support"];
	        this.language = source["language"];
	    }
	}
	export class PickedExport {
	    name: string;
	    lock: string;
	
	    static createFrom(source: any = {}) {
	        return new PickedExport(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.lock = source["lock"];
	    }
	}
	export class PolicyView {
	    name: string;
	    require2FA: boolean;
	    requireFrom?: string;
	    inForce: boolean;
	    twoPeople: boolean;
	    idleMinutes: number;
	    checkDays: number;
	    quickUnlock: boolean;
	    support: string;
	    namesAdmins: boolean;
	    secretsFile?: boolean;
	    signature: string;
	    vault?: string;
	    vaultKey?: number;
	    clock?: Clock;
	
	    static createFrom(source: any = {}) {
	        return new PolicyView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.require2FA = source["require2FA"];
	        this.requireFrom = source["requireFrom"];
	        this.inForce = source["inForce"];
	        this.twoPeople = source["twoPeople"];
	        this.idleMinutes = source["idleMinutes"];
	        this.checkDays = source["checkDays"];
	        this.quickUnlock = source["quickUnlock"];
	        this.support = source["support"];
	        this.namesAdmins = source["namesAdmins"];
	        this.secretsFile = source["secretsFile"];
	        this.signature = source["signature"];
	        this.vault = source["vault"];
	        this.vaultKey = source["vaultKey"];
	        this.clock = this.convertValues(source["clock"], Clock);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class PreferencesView {
	    language: string;
	    languages: string[];
	    system: string;
	    theme: string;
	    motion: string;
	    textSize: number;
	    textSizes: number[];
	    notify: boolean;
	    notifies: boolean;
	
	    static createFrom(source: any = {}) {
	        return new PreferencesView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.language = source["language"];
	        this.languages = source["languages"];
	        this.system = source["system"];
	        this.theme = source["theme"];
	        this.motion = source["motion"];
	        this.textSize = source["textSize"];
	        this.textSizes = source["textSizes"];
	        this.notify = source["notify"];
	        this.notifies = source["notifies"];
	    }
	}
	export class PreviewView {
	    token: string;
	    kind: string;
	    size: number;
	    type: string;
	    url: string;
	    unseen?: string;
	
	    static createFrom(source: any = {}) {
	        return new PreviewView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.token = source["token"];
	        this.kind = source["kind"];
	        this.size = source["size"];
	        this.type = source["type"];
	        this.url = source["url"];
	        this.unseen = source["unseen"];
	    }
	}
	export class PrintSheets {
	    number: number;
	    workspace: string;
	    at: string;
	    by: string;
	    approvedBy?: string;
	    reason: string;
	    logHead: string;
	    logEvent: number;
	    logCode: string;
	    signature: string;
	    sheets: PaperView[];
	    codes: Envelope;
	
	    static createFrom(source: any = {}) {
	        return new PrintSheets(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.number = source["number"];
	        this.workspace = source["workspace"];
	        this.at = source["at"];
	        this.by = source["by"];
	        this.approvedBy = source["approvedBy"];
	        this.reason = source["reason"];
	        this.logHead = source["logHead"];
	        this.logEvent = source["logEvent"];
	        this.logCode = source["logCode"];
	        this.signature = source["signature"];
	        this.sheets = this.convertValues(source["sheets"], PaperView);
	        this.codes = this.convertValues(source["codes"], Envelope);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class PrintedInvitations {
	    invitations: OneTimeView[];
	    codes: Envelope;
	
	    static createFrom(source: any = {}) {
	        return new PrintedInvitations(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.invitations = this.convertValues(source["invitations"], OneTimeView);
	        this.codes = this.convertValues(source["codes"], Envelope);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	
	export class Proof {
	    password: Envelope;
	    factor: Factor;
	
	    static createFrom(source: any = {}) {
	        return new Proof(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.password = this.convertValues(source["password"], Envelope);
	        this.factor = this.convertValues(source["factor"], Factor);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class PublicKey {
	    id: string;
	    point: string;
	
	    static createFrom(source: any = {}) {
	        return new PublicKey(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.point = source["point"];
	    }
	}
	
	export class RehearsalView {
	    blocked: MemberView[];
	    ready: number;
	    keepers: MemberView[];
	    approvers: string[];
	    possible: boolean;
	    approval: boolean;
	
	    static createFrom(source: any = {}) {
	        return new RehearsalView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.blocked = this.convertValues(source["blocked"], MemberView);
	        this.ready = source["ready"];
	        this.keepers = this.convertValues(source["keepers"], MemberView);
	        this.approvers = source["approvers"];
	        this.possible = source["possible"];
	        this.approval = source["approval"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class RemindedView {
	    name: string;
	    email: string;
	    language?: string;
	
	    static createFrom(source: any = {}) {
	        return new RemindedView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.email = source["email"];
	        this.language = source["language"];
	    }
	}
	export class UnprintableView {
	    name: string;
	    email: string;
	    characters: string;
	    language: string;
	
	    static createFrom(source: any = {}) {
	        return new UnprintableView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.email = source["email"];
	        this.characters = source["characters"];
	        this.language = source["language"];
	    }
	}
	export class RemindersView {
	    workspace: string;
	    at: string;
	    by: string;
	    requireFrom?: string;
	    inForce: boolean;
	    support?: string;
	    people: RemindedView[];
	    unprintable: UnprintableView[];
	
	    static createFrom(source: any = {}) {
	        return new RemindersView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.workspace = source["workspace"];
	        this.at = source["at"];
	        this.by = source["by"];
	        this.requireFrom = source["requireFrom"];
	        this.inForce = source["inForce"];
	        this.support = source["support"];
	        this.people = this.convertValues(source["people"], RemindedView);
	        this.unprintable = this.convertValues(source["unprintable"], UnprintableView);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class RestoreOwner {
	    email: string;
	    password: Envelope;
	    factor: Factor;
	    replace: boolean;
	
	    static createFrom(source: any = {}) {
	        return new RestoreOwner(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.email = source["email"];
	        this.password = this.convertValues(source["password"], Envelope);
	        this.factor = this.convertValues(source["factor"], Factor);
	        this.replace = source["replace"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class RestoreView {
	    workspace: string;
	    at: string;
	    by: string;
	    signedBy: string;
	    contracts: number;
	
	    static createFrom(source: any = {}) {
	        return new RestoreView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.workspace = source["workspace"];
	        this.at = source["at"];
	        this.by = source["by"];
	        this.signedBy = source["signedBy"];
	        this.contracts = source["contracts"];
	    }
	}
	export class ReturningView {
	    name: string;
	    email: string;
	    role: string;
	    on: boolean;
	    suspended: boolean;
	
	    static createFrom(source: any = {}) {
	        return new ReturningView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.email = source["email"];
	        this.role = source["role"];
	        this.on = source["on"];
	        this.suspended = source["suspended"];
	    }
	}
	export class ReviewedDocument {
	    closed: boolean;
	    there: number;
	    missing: string[];
	    more: number;
	    strange: number;
	
	    static createFrom(source: any = {}) {
	        return new ReviewedDocument(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.closed = source["closed"];
	        this.there = source["there"];
	        this.missing = source["missing"];
	        this.more = source["more"];
	        this.strange = source["strange"];
	    }
	}
	export class ReviewView {
	    lastGood?: string;
	    changed: ChangedView[];
	    people: ReturningView[];
	    members: number;
	    openCodes: number;
	    codesEnd: boolean;
	    contracts: ReviewedDocument;
	
	    static createFrom(source: any = {}) {
	        return new ReviewView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.lastGood = source["lastGood"];
	        this.changed = this.convertValues(source["changed"], ChangedView);
	        this.people = this.convertValues(source["people"], ReturningView);
	        this.members = source["members"];
	        this.openCodes = source["openCodes"];
	        this.codesEnd = source["codesEnd"];
	        this.contracts = this.convertValues(source["contracts"], ReviewedDocument);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	
	export class RotationView {
	    running: boolean;
	    held: boolean;
	    done: number;
	    total: number;
	    finished: boolean;
	    error?: AppError;
	
	    static createFrom(source: any = {}) {
	        return new RotationView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.running = source["running"];
	        this.held = source["held"];
	        this.done = source["done"];
	        this.total = source["total"];
	        this.finished = source["finished"];
	        this.error = this.convertValues(source["error"], AppError);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class SkippedView {
	    name: string;
	    reason: string;
	
	    static createFrom(source: any = {}) {
	        return new SkippedView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.reason = source["reason"];
	    }
	}
	export class RunOutcome {
	    number: number;
	    state: string;
	    inForce: number;
	    of: number;
	    skipped: SkippedView[];
	    name?: string;
	    folder?: string;
	    problem?: AppError;
	
	    static createFrom(source: any = {}) {
	        return new RunOutcome(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.number = source["number"];
	        this.state = source["state"];
	        this.inForce = source["inForce"];
	        this.of = source["of"];
	        this.skipped = this.convertValues(source["skipped"], SkippedView);
	        this.name = source["name"];
	        this.folder = source["folder"];
	        this.problem = this.convertValues(source["problem"], AppError);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class RunPreview {
	    ready: MemberView[];
	    voids: MemberView[];
	    barred: BarredView[];
	    unprintable: UnprintableView[];
	
	    static createFrom(source: any = {}) {
	        return new RunPreview(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.ready = this.convertValues(source["ready"], MemberView);
	        this.voids = this.convertValues(source["voids"], MemberView);
	        this.barred = this.convertValues(source["barred"], BarredView);
	        this.unprintable = this.convertValues(source["unprintable"], UnprintableView);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class RunRequest {
	    members: string[];
	    reason: string;
	    paper: string;
	    format: string;
	    recipients: string;
	    passphrase: Envelope;
	    approval: string;
	
	    static createFrom(source: any = {}) {
	        return new RunRequest(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.members = source["members"];
	        this.reason = source["reason"];
	        this.paper = source["paper"];
	        this.format = source["format"];
	        this.recipients = source["recipients"];
	        this.passphrase = this.convertValues(source["passphrase"], Envelope);
	        this.approval = source["approval"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	
	export class Saved {
	    name: string;
	
	    static createFrom(source: any = {}) {
	        return new Saved(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	    }
	}
	export class SavedCopies {
	    count: number;
	    name: string;
	    folder: string;
	
	    static createFrom(source: any = {}) {
	        return new SavedCopies(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.count = source["count"];
	        this.name = source["name"];
	        this.folder = source["folder"];
	    }
	}
	
	
	export class Welcome {
	    failedCodes: number;
	    failedOther: number;
	    lastFailedAt?: string;
	    failedPasswords: number;
	    lastFailedPasswordAt?: string;
	    usedCode?: number;
	    codesLeft: number;
	    authenticatorOff: boolean;
	    requireFrom?: string;
	    news: News[];
	
	    static createFrom(source: any = {}) {
	        return new Welcome(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.failedCodes = source["failedCodes"];
	        this.failedOther = source["failedOther"];
	        this.lastFailedAt = source["lastFailedAt"];
	        this.failedPasswords = source["failedPasswords"];
	        this.lastFailedPasswordAt = source["lastFailedPasswordAt"];
	        this.usedCode = source["usedCode"];
	        this.codesLeft = source["codesLeft"];
	        this.authenticatorOff = source["authenticatorOff"];
	        this.requireFrom = source["requireFrom"];
	        this.news = this.convertValues(source["news"], News);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class SignedIn {
	    token: string;
	    profile: ProfileView;
	    welcome: Welcome;
	    kept?: Kept;
	
	    static createFrom(source: any = {}) {
	        return new SignedIn(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.token = source["token"];
	        this.profile = this.convertValues(source["profile"], ProfileView);
	        this.welcome = this.convertValues(source["welcome"], Welcome);
	        this.kept = this.convertValues(source["kept"], Kept);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class SignInResult {
	    session?: SignedIn;
	    challenge?: Challenge;
	
	    static createFrom(source: any = {}) {
	        return new SignInResult(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.session = this.convertValues(source["session"], SignedIn);
	        this.challenge = this.convertValues(source["challenge"], Challenge);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	
	
	export class StepUpNeeds {
	    password: boolean;
	    factor: boolean;
	    authenticatorOff: boolean;
	
	    static createFrom(source: any = {}) {
	        return new StepUpNeeds(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.password = source["password"];
	        this.factor = source["factor"];
	        this.authenticatorOff = source["authenticatorOff"];
	    }
	}
	export class Strength {
	    score: number;
	    length: number;
	    minimum: number;
	    common: boolean;
	
	    static createFrom(source: any = {}) {
	        return new Strength(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.score = source["score"];
	        this.length = source["length"];
	        this.minimum = source["minimum"];
	        this.common = source["common"];
	    }
	}
	export class SupportView {
	    contact: string;
	    opens: boolean;
	    names: string[];
	
	    static createFrom(source: any = {}) {
	        return new SupportView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.contact = source["contact"];
	        this.opens = source["opens"];
	        this.names = source["names"];
	    }
	}
	
	
	

}

