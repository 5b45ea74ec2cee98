export namespace app {
	
	export class AppError {
	    code: string;
	    message: string;
	    field?: string;
	    args?: Record<string, any>;
	    reference?: string;
	
	    static createFrom(source: any = {}) {
	        return new AppError(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.code = source["code"];
	        this.message = source["message"];
	        this.field = source["field"];
	        this.args = source["args"];
	        this.reference = source["reference"];
	    }
	}
	export class Challenge {
	    token: string;
	    email: string;
	    authenticatorOff: boolean;
	
	    static createFrom(source: any = {}) {
	        return new Challenge(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.token = source["token"];
	        this.email = source["email"];
	        this.authenticatorOff = source["authenticatorOff"];
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
	    }
	}
	export class TwoFactor {
	    on: boolean;
	    since?: string;
	    phoneSince?: string;
	    lastUsedAt?: string;
	    lastUsedFor?: string;
	    authenticatorOff: boolean;
	    required: boolean;
	    codes?: CodesView;
	
	    static createFrom(source: any = {}) {
	        return new TwoFactor(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.on = source["on"];
	        this.since = source["since"];
	        this.phoneSince = source["phoneSince"];
	        this.lastUsedAt = source["lastUsedAt"];
	        this.lastUsedFor = source["lastUsedFor"];
	        this.authenticatorOff = source["authenticatorOff"];
	        this.required = source["required"];
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
	    twoFactor: TwoFactor;
	
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
	        this.twoFactor = this.convertValues(source["twoFactor"], TwoFactor);
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
	export class SheetView {
	    sheet: number;
	    workspace: string;
	    name: string;
	    email: string;
	    issuedAt: string;
	    issuedBy: string;
	    replaces?: number;
	    codes: Envelope;
	
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
	export class DoorState {
	    stage: string;
	    workspace: string;
	    fault?: AppError;
	    version: string;
	    dataFolder: string;
	    minimumPassword: number;
	    idleMinutes: number;
	    renewsPage: boolean;
	    lockedFor?: string;
	    integrity?: IntegrityView;
	
	    static createFrom(source: any = {}) {
	        return new DoorState(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.stage = source["stage"];
	        this.workspace = source["workspace"];
	        this.fault = this.convertValues(source["fault"], AppError);
	        this.version = source["version"];
	        this.dataFolder = source["dataFolder"];
	        this.minimumPassword = source["minimumPassword"];
	        this.idleMinutes = source["idleMinutes"];
	        this.renewsPage = source["renewsPage"];
	        this.lockedFor = source["lockedFor"];
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
	
	export class Welcome {
	    failedCodes: number;
	    lastFailedAt?: string;
	    failedPasswords: number;
	    lastFailedPasswordAt?: string;
	    usedCode?: number;
	    codesLeft: number;
	    authenticatorOff: boolean;
	
	    static createFrom(source: any = {}) {
	        return new Welcome(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.failedCodes = source["failedCodes"];
	        this.lastFailedAt = source["lastFailedAt"];
	        this.failedPasswords = source["failedPasswords"];
	        this.lastFailedPasswordAt = source["lastFailedPasswordAt"];
	        this.usedCode = source["usedCode"];
	        this.codesLeft = source["codesLeft"];
	        this.authenticatorOff = source["authenticatorOff"];
	    }
	}
	export class SignedIn {
	    token: string;
	    profile: ProfileView;
	    welcome: Welcome;
	
	    static createFrom(source: any = {}) {
	        return new SignedIn(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.token = source["token"];
	        this.profile = this.convertValues(source["profile"], ProfileView);
	        this.welcome = this.convertValues(source["welcome"], Welcome);
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
	

}

