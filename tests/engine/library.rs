//! Acts on containers that threads share by way of the library: whatever reads or changes one conflicts with what changes it.

use raceday::explore::Found;
use raceday::explore::Unfinished;
use raceday::python::Limits;
use raceday::python::Worker;

use raceday::explore::Bounds;
use raceday::explore::Dpor;
use raceday::explore::explore;

use super::pythons::confinement;
use super::pythons::explored;
use super::pythons::explored_by;
use super::pythons::interpreters;
use super::pythons::replayed;
use super::pythons::scenario;
use super::pythons::worker;

/// What there is, and two acts of two threads whose order shows: what one thread makes of it, and what another sees.
const ACTS: &[(&str, &str, &str)] = &[
    ("q=[5]", "heapq.heappush(q,1)", "r.append(len(q))"),
    ("q=[5]", "heapq.heappop(q)", "r.append(len(q))"),
    ("q=[5,4,3]", "heapq.heapify(q)", "r.append(q[0])"),
    ("q=[5]", "heapq.heapreplace(q,1)", "r.append(q[0])"),
    ("q=[5]", "heapq.heappushpop(q,7)", "r.append(q[0])"),
    ("q=[5]", "bisect.insort(q,1)", "r.append(len(q))"),
    ("q=[1,2,3]", "q.append(4)", "r.append(sorted(random.sample(q,len(q)))==[1,2,3])"),
    ("q=[1]", "q[0]=2", "r.append(random.choice(q))"),
    ("q=[5]", "list.append(q,1)", "r.append(len(q))"),
    ("q={}", "dict.update(q,a=1)", "r.append(len(q))"),
    ("q={}", r#"q["a"]=1"#, r#"r.append(dict.get(q,"a"))"#),
    ("q=[]", "q.append(1)", "r.append(list.__len__(q))"),
    ("q=[1]", "q.__setitem__(0,2)", "r.append(q[0])"),
    ("q=[1]", "operator.setitem(q,0,2)", "r.append(q[0])"),
    ("q=[1]", "operator.delitem(q,0)", "r.append(len(q))"),
    ("q=[1]", "operator.iadd(q,[2])", "r.append(len(q))"),
    ("q=[1]", "q[0]=2", "r.append(operator.itemgetter(0)(q))"),
    ("q=[1]", "q[0]=2", "r.append(operator.getitem(q,0))"),
    ("q=[1]", r#"operator.methodcaller("append",1)(q)"#, "r.append(len(q))"),
    ("q=[1]", "q.append(2)", "r.append(json.dumps(q))"),
    ("q=[1]", "q.append(2)", "r.append(copy.copy(q))"),
    ("q=[1]", "q.append(2)", "r.append(copy.deepcopy(q))"),
    ("q=[1]", "q.append(2)", "r.append(statistics.mean(q))"),
    ("q=[1]", "q.append(2)", "r.append(functools.reduce(operator.add,q))"),
    ("q=[1]", "f=q.append; f(2)", "r.append(len(q))"),
    ("q=collections.deque([1,2])", "q.rotate(1)", "r.append(q[0])"),
    ("q=collections.deque([1,2])", "q+=[1]", "r.append(len(q))"),
    ("q=collections.Counter()", r#"q.update("a")"#, r#"r.append(q["a"])"#),
    ("q=collections.Counter()", r#"q["a"]+=1"#, "r.append(q.most_common(1))"),
    ("q=collections.OrderedDict(a=1,b=2)", r#"q.move_to_end("a")"#, "r.append(list(q))"),
    ("q=collections.OrderedDict(a=1,b=2)", "q.popitem(last=False)", "r.append(list(q))"),
    ("q=collections.defaultdict(list)", r#"q["a"]"#, "r.append(len(q))"),
    (r#"q=bytearray(b"a")"#, r#"q.extend(b"b")"#, "r.append(len(q))"),
    (r#"q=bytearray(b"aaaa")"#, r#"struct.pack_into("i",q,0,1)"#, "r.append(q[0])"),
    (r#"q=["a"]"#, r#"q.append("b")"#, r#"r.append("".join(q))"#),
    (r#"q=["a"]"#, r#"q.append("b")"#, r#"r.append("{}".format(q))"#),
    (r#"q=["a"]"#, r#"q.append("b")"#, r#"r.append("%s" % (q,))"#),
    (r#"q=["a"]"#, r#"q.append("b")"#, r#"r.append(f"{q}")"#),
    (r#"q=["a"]"#, r#"q.append("b")"#, "r.append((lambda *a: len(a))(*q))"),
    (r#"q=["a"]"#, r#"q.append("b")"#, "[*z]=q;r.append(z)"),
    (r#"q=["a"]"#, r#"q.append("b")"#, r#"r.append(q==["a"])"#),
    ("q=[1,2]", "del q[:]", "r.append(len(q))"),
    ("q=[1,2]", "q[:]=[]", "r.append(len(q))"),
    ("q=[1,2]", "q.clear()", "r.append(pprint.pformat(q))"),
    ("q=[1]", "q.append(2)", "r.append(len(pickle.dumps(q)))"),
    ("q=[2,1]", "q.append(0)", "r.append(sorted(q,key=lambda x:-x))"),
    ("q=[2,1]", "q.append(9)", "r.append(sum(x for x in q))"),
    ("q=[]", r#"re.sub("a",lambda m:q.append(1) or "b","a")"#, "r.append(len(q))"),
    ("q=M()", r#"q["a"]=1"#, "r.append(len(q))"),
    ("q=M()", "q.update(a=1)", "r.append(len(q))"),
    ("q=M()", r#"q.setdefault("a",1)"#, "r.append(len(q))"),
    (r#"q={"a":[1]}"#, r#"q["a"].append(2)"#, "r.append(str(q))"),
    (r#"q={"a":[1]}"#, r#"q["a"].append(2)"#, r#"r.append(f"{q}")"#),
    ("q=[[1]]", "q[0].append(2)", r#"r.append("%s" % (q,))"#),
    (r#"q={"a":[1]}"#, r#"q["a"].append(2)"#, "r.append(json.dumps(q))"),
    (r#"q={"a":[1]}"#, r#"q["a"].append(2)"#, r#"r.append(q=={"a":[1]})"#),
    (r#"q={"a":[1]}"#, r#"q["a"].append(2)"#, "r.append(copy.deepcopy(q))"),
    (r#"q={"a":[1]}"#, r#"q["a"].append(2)"#, r#"r.append("{}".format(q))"#),
    ("q=X()", r#"q["a"]=3"#, "r.append(len(q))"),
    ("q=X(a=1)", r#"q["a"]=3"#, r#"r.append(q["a"])"#),
    ("q=[2,1]", "q.sort()", "r.append(q[0])"),
    // What is local to a thread, and stands on what it shares.
    ("q={}", "collections.ChainMap(q)[1]=2", "r.append(len(q))"),
    ("q={}", "q[1]=2", "r.append(len(collections.ChainMap(q)))"),
    ("q={}", "q[1]=2", "r.append(collections.ChainMap({},q).get(1))"),
    ("q={}", "q[1]=2", "r.append(1 in collections.ChainMap({},q))"),
    ("q={}", "q[1]=2", "m=collections.ChainMap({},q);r.append(sorted(m))"),
    ("q={}", "q[1]=2", "m=collections.ChainMap({},q);r.append([*m])"),
    ("q={}", "q[1]=2", "m=collections.ChainMap({},q);r.append([x for x in m])"),
    ("q={}", "q[1]=2", "m=collections.ChainMap({},q).new_child();r.append(m.get(1))"),
    ("q={}", "q[1]=2", "m=collections.ChainMap({},q).parents;r.append(m.get(1))"),
    ("q={}", "q[1]=2", "m=collections.ChainMap(collections.ChainMap(q));r.append(m.get(1))"),
    ("q={}", "m=collections.ChainMap(q);m.update(a=1)", "r.append(len(q))"),
    ("q={}", r#"m=collections.ChainMap(q);m.setdefault("a",1)"#, "r.append(len(q))"),
    ("q={1:1}", "m=collections.ChainMap(q);m.pop(1)", "r.append(len(q))"),
    ("q={1:1}", "m=collections.ChainMap(q);del m[1]", "r.append(len(q))"),
    ("q={}", "m=collections.ChainMap(q);add=m.__setitem__;add(1,2)", "r.append(len(q))"),
    ("q=collections.ChainMap({1:1})", "q.maps.insert(0,{1:2})", "r.append(q[1])"),
    ("q=collections.ChainMap({1:1})", "q.maps[0]={1:2}", "r.append(q[1])"),
    ("q=collections.ChainMap({1:1})", "q.maps.insert(0,{1:2})", "r.append(dict(q))"),
    ("d=collections.defaultdict(int);q=collections.ChainMap(d)", "q[1]", "r.append(len(d))"),
    ("q={}", "q[1]=2", "r.append(types.MappingProxyType(q).get(1))"),
    ("q=bytearray(1)", "m=memoryview(q);m[0]=1", "r.append(q[0])"),
    ("q=io.BytesIO()", "t=io.TextIOWrapper(q,write_through=True);t.write('a');t.detach()", "r.append(q.getvalue())"),
    ("q=io.BytesIO(b'a')", "t=io.BufferedReader(q);t.read();t.detach()", "r.append(q.tell())"),
    ("q=io.StringIO()", "w=csv.writer(q);w.writerow([1])", "r.append(q.getvalue())"),
    ("q=io.StringIO()", "w=csv.DictWriter(q,['a']);w.writeheader()", "r.append(q.getvalue())"),
    ("q=io.StringIO()", "w=csv.writer(q);add=w.writerow;add([1])", "r.append(q.getvalue())"),
    ("q=configparser.ConfigParser();q.add_section('a')", "s=q['a'];s['k']='v'", "r.append(q.has_option('a','k'))"),
    ("q=configparser.ConfigParser();q.read_dict({'a':{}})", "q['a']['k']='v'", "r.append(q.has_option('a','k'))"),
    (
        "q={}",
        "m=collections.ChainMap();m.maps.append(q);q[1]=2",
        "m=collections.ChainMap();m.maps.append(q);r.append(m.get(1))",
    ),
    ("q={}", "m=collections.ChainMap();m.maps[0]=q;m[1]=2", "r.append(len(q))"),
    ("q={}", "u=collections.UserDict();u.data=q;u[1]=2", "r.append(len(q))"),
    ("q={}", "u=collections.UserDict();u.data=q;u.update(a=1)", "r.append(len(q))"),
    ("q=[]", "add=functools.partial(q.append);add(1)", "r.append(len(q))"),
    ("q={}", "W(q)[1]=2", "r.append(len(q))"),
    ("q={}", "V(q)[1]=2", "r.append(len(q))"),
    ("q={}", "Y(q)[1]=2", "r.append(len(q))"),
    // What code of the library's makes of what it is given, be it written in C or Python.
    ("q=[1]", "q.append(2)", "r.append(collections.UserList(q).data)"),
    ("q=[1]", "q.append(2)", "r.append(Z(q).data)"),
    ("q=[1]", "q.append(2)", "r.append(list(U(q)))"),
    ("q=[1]", "q.append(2)", "r.append(sorted(F(q)))"),
    ("q={1:1}", "q[2]=2", "r.append(collections.UserDict(q).data)"),
    ("q={1:1}", "q[2]=2", "u=collections.UserDict();u.update(q);r.append(len(u))"),
    ("q=[1]", "q.append(2)", "u=collections.UserList();u.extend(q);r.append(len(u))"),
    ("q=[1]", "q.append(2)", "u=collections.UserList();u+=q;r.append(len(u))"),
    ("q=[1]", "q.append(2)", "r.append(len(collections.UserList()+q))"),
    ("q=[1]", "q.append(2)", "u=array.array('i');u.extend(q);r.append(len(u))"),
    ("q=['x']", "q.append('y')", "r.append(collections.namedtuple('Row',q)._fields)"),
    ("q=['x']", "q.append('y')", "r.append((collections.namedtuple('R',q).__module__,len(q)))"),
    ("q={'x':1}", "q['__module__']='y'", "r.append(type('T',(),q).__module__)"),
    ("q=['x']", "q[0]='y'", "N=collections.namedtuple('N','a');r.append(N._make(q).a)"),
    ("q={'a':1}", "q['a']=2", "N=collections.namedtuple('N','a');r.append(N(0)._replace(**q).a)"),
    ("q=['X']", "q.append('Y')", "r.append(len(enum.Enum('E',q)))"),
    ("q=['X']", "q.append('Y')", "r.append(len(dataclasses.make_dataclass('E',q).__dataclass_fields__))"),
    ("q={'x':1}", "q['x']=2", "r.append(type('T',(),q).x)"),
    ("q=O()", "q.x=1", "r.append('x' in dict(inspect.getmembers(q)))"),
    ("q=O()", "q.x=1", "r.append(operator.attrgetter('__dict__')(q).get('x'))"),
    ("q=O()", "q.x=1", "r.append(getattr(q,'__dict__').get('x'))"),
    ("q=bytearray(b'a')", "q[0]=98", "r.append(base64.b64encode(q))"),
    ("q=bytearray(b'a')", "q[0]=98", "r.append(hashlib.md5(q).hexdigest()[0])"),
    ("q=bytearray(b'a')", "q[0]=98", "h=hashlib.md5();h.update(q);r.append(h.hexdigest()[0])"),
    ("q=bytearray(b'a')", "q[0]=98", "r.append(binascii.hexlify(q))"),
    ("q=bytearray(b'a')", "q.append(98)", "r.append(q+b'!')"),
    ("q=bytearray(b'a')", "q.append(98)", "r.append(b'!'+q)"),
    ("q=bytearray(b'a')", "q.append(98)", "b=b'';b+=q;r.append(b)"),
    ("q=bytearray(b'a')", "q.append(98)", "r.append(b'%s' % q)"),
    ("q=collections.Counter(a=1)", "q['a']=-1", "r.append(+q)"),
    ("q=collections.Counter(a=1)", "q['a']=-1", "r.append(-q)"),
    ("q=collections.Counter()", "q['a']=1", "r.append(collections.Counter.most_common(q))"),
    ("q=collections.Counter()", "collections.Counter.update(q,'a')", "r.append(q['a'])"),
    ("q=collections.UserList([1])", "q.append(2)", "r.append(collections.abc.Sequence.count(q,2))"),
    ("q=collections.UserList([1])", "collections.UserList.append(q,2)", "r.append(len(q))"),
    ("q=collections.UserDict()", "collections.UserDict.__setitem__(q,1,2)", "r.append(len(q))"),
    ("q=collections.UserDict()", "operator.setitem(q,1,2)", "r.append(len(q))"),
    ("q=collections.UserList()", "operator.methodcaller('append',1)(q)", "r.append(len(q))"),
    ("q=collections.UserList([1])", "bisect.insort(q,2)", "r.append(len(q))"),
    ("w=O();q=weakref.WeakValueDictionary()", "q[1]=w", "r.append(len(weakref.WeakValueDictionary(q)))"),
    ("q=[1]", "q.append(2)", "r.append(list(heapq.merge(q,[3])))"),
    ("q=['a']", "q.append('b')", "r.append(textwrap.dedent(' '.join(q)))"),
    ("q=['a']", "q.append('b')", "s=io.StringIO();csv.writer(s).writerow(q);r.append(s.getvalue())"),
    ("q=['a']", "q.append('b')", "s=io.StringIO();s.writelines(q);r.append(s.getvalue())"),
    ("q=['a'];s=io.StringIO()", "q.append('b')", "s.writelines(q);r.append(s.getvalue())"),
    ("q={'a':'1'}", "q['a']='2'", "r.append(string.Template('$a').substitute(q))"),
    ("q=['--n','1']", "q[1]='2'", "p=argparse.ArgumentParser();p.add_argument('--n');r.append(p.parse_args(q).n)"),
    ("q={'a':[1]}", "q['a'].append(2)", "r.append(len(graphlib.TopologicalSorter(q)._node2info))"),
    ("q=M()", "q.update(a=1)", "r.append(len(q))"),
    ("q=[('a',1)]", "q[0]=('b',1)", "m=M();m.update(q);r.append(list(m))"),
    // Methods that change what they are given.
    ("q=collections.UserList([1,2,3,4,5,6,7,8])", "random.shuffle(q)", "r.append(list(q))"),
    ("q=[1]", "q[0]=2", "r.append(random.Random(1).choice(q))"),
    ("q=[1];g=random.Random(1)", "q[0]=2", "r.append(g.sample(q,1))"),
    ("q=[1,1];g=random.Random(1)", "q[0]=0", "r.append(g.choices('ab',weights=q))"),
    ("q=bytearray(1)", "io.BytesIO(b'x').readinto(q)", "r.append(q[0])"),
    ("q=bytearray(1);s=io.BytesIO(b'x')", "s.readinto(q)", "r.append(q[0])"),
    ("q=bytearray(1);m=memoryview(q)", "io.BytesIO(b'x').readinto(m)", "r.append(q[0])"),
    ("q=bytearray(1);m=memoryview(q)", "struct.pack_into('b',m,0,3)", "r.append(q[0])"),
    ("q=bytearray(1)", "struct.Struct('b').pack_into(q,0,3)", "r.append(q[0])"),
    ("q=array.array('b',[0])", "struct.pack_into('b',q,0,3)", "r.append(q[0])"),
    // What is extended in place, by name, as an attribute or as an element.
    ("q=collections.UserList('a')", "q+=['b']", "r.append(len(q))"),
    ("q=collections.UserList('a')", "q*=2", "r.append(len(q))"),
    ("q=collections.UserList('a');o=O();o.l=q", "o.l+=['b']", "r.append(len(q))"),
    ("q=collections.UserList('a');o=[q]", "o[0]+=['b']", "r.append(len(q))"),
    ("q=collections.UserList('a')", "u=q;u+=['b']", "r.append(len(q))"),
    ("q=array.array('i',[1])", "q+=array.array('i',[2])", "r.append(len(q))"),
    ("q=array.array('i',[1])", "q*=2", "r.append(len(q))"),
    ("q=array.array('i',[1]);p=array.array('i',[1])", "p.append(2)", "u=q;u+=p;r.append(len(u))"),
    ("q=collections.deque([1],3);p=array.array('i',[1])", "p.append(2)", "u=q;u+=p;r.append(len(u))"),
    ("q=collections.UserList('a');p=['b']", "p.append('c')", "u=q;u[:]=p;r.append(len(u))"),
    ("q=collections.UserList('a');p=['b']", "p.append('c')", "q.__setitem__(slice(None),p);r.append(len(q))"),
    ("q=array.array('i',[1]);p=array.array('i',[2])", "p[0]=3", "u=q;u[0:1]=p;r.append(u[0])"),
    ("q=bytearray(1);p=bytearray(1)", "p[0]=3", "memoryview(q)[0:1]=p;r.append(q[0])"),
    // What is within something that is local.
    ("q=[1]", "q.append(2)", "r.append(str(collections.UserList([q])))"),
    ("q=[1]", "q.append(2)", "r.append(collections.UserList([q])==[[1]])"),
    ("q=[1]", "q.append(2)", "r.append(collections.UserList([q]).count([1]))"),
    ("q=[1]", "q.append(2)", "u=collections.UserDict(a=q);r.append(str(u))"),
    ("q=[1]", "q.append(2)", "r.append(copy.deepcopy(collections.UserList([q])))"),
    ("q=[1]", "q.append(2)", "r.append(difflib.SequenceMatcher(None,q,[1]).ratio())"),
    // All that is asked of a wrapper.
    ("q=['a'];u=collections.UserList(q)", "u.append('b')", "r.append(','.join(u))"),
    ("u=collections.UserList([1])", "u.append(2)", "r.append(sum(u))"),
    ("u=collections.UserList([1])", "u.append(2)", "r.append(u==[1])"),
    ("u=collections.UserList([1])", "u.append(2)", "r.append(u<[1,1])"),
    ("u=collections.UserList([1])", "u.append(2)", "r.append(u*2)"),
    ("u=collections.UserList([1])", "u.append(2)", "r.append(2 in u)"),
    ("u=collections.UserList([1])", "u.append(2)", "r.append((lambda *a:len(a))(*u))"),
    ("u=collections.UserList([1,2])", "del u[0]", "r.append(u[0])"),
    ("u=collections.ChainMap({})", "u['a']=1", "r.append({**u})"),
    ("u=collections.ChainMap({})", "u['a']=1", "r.append((lambda **k:k)(**u))"),
    ("u=collections.ChainMap({})", "u['a']=1", "r.append(sorted(u))"),
    ("u=collections.ChainMap({})", "u['a']=1", "r.append(bool(u))"),
    ("u=collections.ChainMap({})", "u.maps=[{1:1}]", "r.append(len(u))"),
    ("u=collections.UserDict()", "u.data={1:1}", "r.append(len(u))"),
    ("q=[1];u=collections.UserList([q])", "q.append(2)", "r.append([1] in u)"),
    ("q=[1];u=collections.UserList([q])", "q.append(2)", "r.append(u.count([1]))"),
    // What makes an element by looking for it.
    ("q=collections.defaultdict(int)", "operator.itemgetter(1)(q)", "r.append(len(q))"),
    ("q=collections.defaultdict(int)", "operator.itemgetter(1,2)(q)", "r.append(len(q))"),
    ("q=collections.defaultdict(int)", "operator.getitem(q,1)", "r.append(len(q))"),
    ("q=collections.defaultdict(int,a=1)", "logging.warning('%(k)s',q)", "r.append(len(q))"),
    ("q=collections.defaultdict(int)", "q.__missing__(1)", "r.append(len(q))"),
    ("q=[1]", "q.__init__()", "r.append(len(q))"),
    ("q=[1]", "list.__init__(q,[1,2])", "r.append(len(q))"),
    ("q=collections.UserList([1])", "q.__init__()", "r.append(len(q))"),
    ("q=[1]", "q.append(2)", "x=[];x.__init__(q);r.append(x)"),
    ("q=collections.defaultdict(int)", "dict.__getitem__(q,1)", "r.append(len(q))"),
    ("q=collections.defaultdict(int)", "'%(k)s' % q", "r.append(len(q))"),
    ("q=collections.defaultdict(int)", "'{k}'.format_map(q)", "r.append(len(q))"),
    ("q=collections.defaultdict(int)", "'{0[k]}'.format(q)", "r.append(len(q))"),
    ("q=collections.defaultdict(int)", "'{a[k]}'.format(a=q)", "r.append(len(q))"),
    ("q=collections.defaultdict(int)", "string.Template('$k').substitute(q)", "r.append(len(q))"),
    ("q=collections.defaultdict(int);t=string.Template('$k')", "t.substitute(q)", "r.append(len(q))"),
    ("q=collections.defaultdict(int)", "string.Formatter().format('{0[k]}',q)", "r.append(len(q))"),
    ("q=collections.defaultdict(dict)", "functools.reduce(operator.getitem,[1],q)", "r.append(len(q))"),
    ("q=collections.defaultdict(int)", "list(map(q.__getitem__,[1]))", "r.append(len(q))"),
    ("q=collections.defaultdict(int)", "operator.methodcaller('__getitem__',1)(q)", "r.append(len(q))"),
    ("q=collections.defaultdict(int)", "sorted([1],key=q.__getitem__)", "r.append(len(q))"),
    ("q=collections.defaultdict(int)", "random.choice([0]) or q[1]", "r.append(len(q))"),
];

#[test]
fn each_order_of_two_acts_has_its_outcome() {
    let mut worker = worker();
    let mut wrong = Vec::new();
    for (there, one, other) in ACTS {
        let source = format!(
            "
import argparse, array, base64, binascii, bisect, collections, configparser, copy, csv, dataclasses, difflib, enum, functools, graphlib, hashlib
import heapq, inspect, io, itertools, json, logging, operator, pickle, pprint, random, re, statistics, string, struct, textwrap, threading, types
import weakref
class O: pass
class U(list): pass
class F(frozenset): pass
class Y(collections.ChainMap): pass
class Z(collections.UserList): pass
class W(collections.ChainMap):
    def __init__(self, given):
        super().__init__(given)
class V(collections.UserDict):
    def __init__(self, given): self.data = given
class X(dict):
    def __setitem__(self, key, value):
        super().__setitem__(key, value)
    def __getitem__(self, key):
        return super().__getitem__(key)
class M(collections.abc.MutableMapping):
    def __init__(self): self.d = {{}}
    def __getitem__(self, key): return self.d[key]
    def __setitem__(self, key, value): self.d[key] = value
    def __delitem__(self, key): del self.d[key]
    def __iter__(self): return iter(self.d)
    def __len__(self): return len(self.d)
r = []
{there}
def act():
    global q
    {one}
def look():
    {other}
threads = [threading.Thread(target=act), threading.Thread(target=look)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"
        );
        let report = explored_by(&mut worker, &scenario(&source, Some("r"))).expect("it explores");
        let seen: Vec<_> =
            report.outcomes.iter().map(|found| (&found.outcome.value, &found.outcome.exceptions)).collect();
        if !report.is_exhaustive() || seen.len() != 2 || seen.iter().any(|(_, exceptions)| !exceptions.is_empty()) {
            wrong.push(format!("{there}: `{one}` and `{other}`: {seen:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_heap_under_a_condition_wakes_who_waits_for_it() {
    let source = "
import heapq, threading
items, filled = [], threading.Condition()
def put():
    for item in (2, 1):
        with filled:
            heapq.heappush(items, item)
            filled.notify()
def get():
    for _ in range(2):
        with filled:
            while len(items) == 0:
                filled.wait()
            got.append(heapq.heappop(items))
got = []
threads = [threading.Thread(target=put), threading.Thread(target=get)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    let report = explored_by(&mut worker(), &scenario(source, Some("got"))).expect("it explores");
    let seen: Vec<_> = report.outcomes.iter().map(|found| found.outcome.value.as_deref()).collect();
    assert!(report.is_exhaustive());
    assert_eq!(seen, [Some("[1, 2]"), Some("[2, 1]")]);
}

#[test]
fn a_replay_may_show_a_thread_that_has_no_name_of_its_own() {
    let source = "
import threading
threads = []
for _ in range(2):
    thread = threading.Thread(target=print)
    threads.append(thread)
    thread.start()
for thread in threads:
    thread.join()
";
    let replay = replayed(&scenario(source, None), |report| report.outcomes[0].witness.clone());
    assert!(replay.details.iter().any(|detail| detail.verb == "join"), "{:?}", replay.details);
}

/// It read and wrote in two steps, so that what was printed could be older than what was printed before it.
#[test]
fn what_is_printed_is_read_in_the_same_step() {
    let source = "
import threading
items = [1]
def change():
    items.append(2)
    print('changed')
thread = threading.Thread(target=change)
thread.start()
print('items', items)
thread.join()
";
    let report = explored_by(&mut worker(), &scenario(source, None)).expect("it explores");
    let mut seen: Vec<_> = report.outcomes.iter().filter_map(|found| found.outcome.stdout.as_deref()).collect();
    seen.sort_unstable();
    assert_eq!(seen, ["changed\nitems [1, 2]\n", "items [1, 2]\nchanged\n", "items [1]\nchanged\n"]);
}

/// What is shown by each of these, which one thread does beside another that changes `items`, too.
#[test]
fn what_cannot_be_printed_compared_or_called_is_not() {
    for (act, shown) in [
        // To print at once forgot to look whether there is such a text.
        ("print(items, '\\ud800')", "('UnicodeEncodeError', 2)"),
        // A list within itself was looked through for ever before it was sorted.
        ("items.append(items); [items, items].sort()", "(None, 3)"),
        // A weak reference that nobody has calls nobody.
        ("weakref.ref(thing, items.append); del thing", "(None, 2)"),
    ] {
        let act = act.replace("; ", "\n        ");
        let source = format!(
            "
import threading, weakref
class Thing:
    pass
thing = Thing()
items = [1]
shown = None
def do():
    global shown, thing
    try:
        {act}
    except Exception as error:
        shown = type(error).__name__
thread = threading.Thread(target=do)
thread.start()
items.append(2)
thread.join()
"
        );
        let report = explored_by(&mut worker(), &scenario(&source, Some("(shown, len(items))"))).expect("it explores");
        let seen: Vec<_> = report.outcomes.iter().filter_map(|found| found.outcome.value.as_deref()).collect();
        assert_eq!(seen, [shown], "{act}");
    }
}

/// It did not replay: whether anybody had configured anything was looked at in no step, and by both.
#[test]
fn the_first_of_two_threads_that_log_configures_logging() {
    let source = "
import logging, threading
said = []
def log(number):
    logging.warning('a')
    said.append(number)
threads = [threading.Thread(target=log, args=(number,)) for number in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    let observed = Some("(said, len(logging.root.handlers))");
    let report = explored_by(&mut worker(), &scenario(source, observed)).expect("it explores");
    let mut seen: Vec<_> = report.outcomes.iter().filter_map(|found| found.outcome.value.as_deref()).collect();
    seen.sort_unstable();
    assert_eq!(seen, ["([0, 1], 1)", "([1, 0], 1)"]);
}

/// What there is, two acts of two threads, and all that `r` is then: one of them is done by the library's Python code, in steps.
const ACTS_IN_STEPS: &[(&str, &str, &str, &[&str])] = &[
    (
        "q={'x': 0}",
        "q['y']=1",
        "r.append(copy.deepcopy(q))",
        &["['dictionary changed size during iteration']", "[{'x': 0, 'y': 1}]", "[{'x': 0}]"],
    ),
    (
        "q=[[0],[0]]",
        "q[0][0]=1;q[1][0]=1",
        "r.append(copy.deepcopy(q))",
        &["[[[0], [0]]]", "[[[0], [1]]]", "[[[1], [0]]]", "[[[1], [1]]]"],
    ),
    (
        "q=O();q.x=0;q.y=0",
        "q.x=1;q.y=1",
        "z=copy.deepcopy(q);r.append((z.x,z.y))",
        &["[(0, 0)]", "[(0, 1)]", "[(1, 0)]", "[(1, 1)]"],
    ),
    ("q=O()", "q.x=1", "r.append(vars(copy.deepcopy(q)))", &["[{'x': 1}]", "[{}]"]),
    (
        "q=S();q.x=0;q.y=0",
        "q.x=1;q.y=1",
        "z=copy.deepcopy(q);r.append((z.x,z.y))",
        &["[(0, 0)]", "[(1, 0)]", "[(1, 1)]"],
    ),
    (
        "q=A(0,0)",
        "q.x=1;q.y=1",
        "r.append(dataclasses.asdict(q))",
        &["[{'x': 0, 'y': 0}]", "[{'x': 0, 'y': 1}]", "[{'x': 1, 'y': 0}]", "[{'x': 1, 'y': 1}]"],
    ),
    ("q=A(0,0)", "q.x=1;q.y=1", "r.append(dataclasses.astuple(q))", &["[(0, 0)]", "[(0, 1)]", "[(1, 0)]", "[(1, 1)]"]),
    ("q=A([0],{})", "q.x.append(1)", "r.append(dataclasses.astuple(q))", &["[([0, 1], {})]", "[([0], {})]"]),
    (
        "q={'x': 0}",
        "q['y']=1",
        "z=io.StringIO();json.dump(q,z,indent=1);r.append(json.loads(z.getvalue()))",
        &["['dictionary changed size during iteration']", "[{'x': 0, 'y': 1}]", "[{'x': 0}]"],
    ),
    (
        "q=[0,0]",
        "q[0]=1;q[1]=1",
        "z=io.StringIO();json.dump(q,z);r.append(z.getvalue())",
        &["['[0, 0]']", "['[0, 1]']", "['[1, 0]']", "['[1, 1]']"],
    ),
    ("q=[0,0]", "q[0]=1;q[1]=1", "r.append(json.dumps(q))", &["['[0, 0]']", "['[1, 0]']", "['[1, 1]']"]),
    (
        "q={'x': 0, 'y': 0};t=string.Template('$x$y')",
        "q['x']=1;q['y']=1",
        "r.append(t.substitute(q))",
        &["['00']", "['01']", "['10']", "['11']"],
    ),
    (
        "q={'x': 0, 'y': 0}",
        "q['x']=1;q['y']=1",
        "r.append(string.Template('$x$y').substitute(q))",
        &["['00']", "['01']", "['10']", "['11']"],
    ),
    ("q=[1,2]", "First().shuffle(q)", "r.append(list(q))", &["[[1, 1]]", "[[1, 2]]", "[[2, 1]]"]),
    (
        "q=r=[1,2];k=[random.Random(2),random.Random(2)]",
        "k[0].shuffle(q)",
        "k[1].shuffle(x=q)",
        &["[1, 1]", "[1, 2]", "[2, 1]"],
    ),
    ("q=r=[1,2]", "First().shuffle(q)", "First().shuffle(q)", &["[1, 1]", "[1, 2]", "[2, 1]"]),
    ("q=contextlib.ExitStack();q.callback(r.append,1)", "q.close()", "q.close()", &["[1]", "[1] IndexError"]),
    // These are done at once.
    (
        "q=ElementTree.Element('q')",
        "ElementTree.SubElement(q,'a')",
        "ElementTree.SubElement(q,'b');r.extend(each.tag for each in q)",
        &["['a', 'b']", "['b', 'a']", "['b']"],
    ),
    (
        "q=O();q.x=0;q.y=0",
        "q.x=1;q.y=1",
        "z=pickle.loads(pickle.dumps(q));r.append((z.x,z.y))",
        &["[(0, 0)]", "[(1, 0)]", "[(1, 1)]"],
    ),
    ("q=[[0],[0]]", "q[1][0]=1", "r.append(list(itertools.starmap(int,q)))", &["[[0, 0]]", "[[0, 1]]"]),
    ("q=[0];z=functools.partial(max,q)", "q[0]=1", "r.append(repr(z)[-4:])", &["['[0])']", "['[1])']"]),
];

#[test]
fn what_the_library_does_in_python_is_done_in_steps() {
    let mut worker = worker();
    let mut wrong = Vec::new();
    for (there, one, other, possible) in ACTS_IN_STEPS {
        let source = format!(
            "
import contextlib, copy, dataclasses, functools, io, itertools, json, pickle, random, string, threading
from xml.etree import ElementTree
class O: pass
class S:
    __slots__ = ('x', 'y')
@dataclasses.dataclass
class A:
    x: object
    y: object
class First(random.Random):
    def _randbelow(self, limit): return 0
r = []
{there}
def act():
    {one}
def look():
    try:
        {other}
    except RuntimeError as error:
        r.append(str(error))
threads = [threading.Thread(target=act), threading.Thread(target=look)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"
        );
        let report = explored_by(&mut worker, &scenario(&source, Some("r"))).expect("it explores");
        let told = |found: &Found| {
            let raised = found.outcome.exceptions.first().map_or(String::new(), |raised| format!(" {}", raised.class));
            found.outcome.value.clone().unwrap_or_default() + &raised
        };
        let mut seen: Vec<String> = report.outcomes.iter().map(told).collect();
        seen.sort();
        seen.dedup();
        if !report.is_exhaustive() || seen != *possible {
            wrong.push(format!("{there}: `{one}` and `{other}`: {seen:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// In one step or in many: that hangs on the Python.
#[test]
fn json_with_an_indent_is_seen_to_read() {
    let source = "
import json, threading
q, r = {'x': 0}, []
threads = [threading.Thread(target=lambda: q.update(y=1)), threading.Thread(target=lambda: r.append(json.dumps(q, indent=1)))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    let report = explored(&scenario(source, Some("[json.loads(each) for each in r]"))).expect("it explores");
    let seen: Vec<_> = report.outcomes.iter().filter_map(|found| found.outcome.value.as_deref()).collect();
    assert!(report.is_exhaustive() && seen.contains(&"[{'x': 0}]") && seen.contains(&"[{'x': 0, 'y': 1}]"), "{seen:?}");
}

/// Others print in between where CPython writes one piece, and then the next.
#[test]
fn json_is_written_in_the_pieces_that_cpython_writes() {
    for (thing, possible) in [
        ("[1, 2]", &["[1, 2]x", "[1, 2x]", "[1x, 2]", "x[1, 2]"][..]),
        ("{'a': 1}", &["x{\"a\": 1}", "{\"a\": 1x}", "{\"a\": 1}x", "{\"a\": x1}", "{\"a\"x: 1}", "{x\"a\": 1}"]),
    ] {
        let source = format!(
            "
import json, sys, threading
threads = [threading.Thread(target=json.dump, args=({thing}, sys.stdout)), threading.Thread(target=sys.stdout.write, args=('x',))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"
        );
        let report = explored(&scenario(&source, None)).expect("it explores");
        let seen: Vec<_> = report.outcomes.iter().filter_map(|found| found.outcome.stdout.as_deref()).collect();
        assert_eq!(seen, possible);
    }
}

/// What `copy`, `dataclasses` and `json` make in steps is what they make at once.
#[test]
fn what_the_library_makes_in_steps_is_what_it_makes() {
    let source = "
import collections, copy, dataclasses, enum, io, json, threading, types
class C: pass
class S:
    __slots__ = ('a', 'b')
class L(list): pass
class D(dict): pass
class G:
    def __init__(self): self.v = [1]
    def __getstate__(self): return {'v': self.v + [2]}
    def __setstate__(self, state): self.v = state['v']
class K:
    def __deepcopy__(self, memo): return 'copied'
class E(enum.Enum):
    A = 1
@dataclasses.dataclass
class P:
    x: object
    y: dict = dataclasses.field(default_factory=dict)
N = collections.namedtuple('N', 'a b')
c = C(); c.me = c; c.l = [1, {2: 3}]; c.t = (c.l, c.l)
s = S(); s.a = [1]
l = L([1, [2]]); l.z = 5
d = D(a=[1]); d.q = 1
b = [c, c]; b.append(b)
others = (
    collections.defaultdict(list, a=[1]), collections.OrderedDict(b=[1], a=2), collections.Counter('aab'), collections.deque([[1], 2], 5),
    collections.ChainMap({'a': [1]}), types.SimpleNamespace(a=[1]), {1, 2}, frozenset([3]), bytearray(b'ab'), N([1], 2), E.A,
    P([1], {'a': P(2)}), range(3), len, int, None, 1j, (1, [2]), ValueError([1]),
)
texts = {'a': [1, {'x': 2.5, 'n': None}], 'b': True, 3: (), 'e': {}}
def make():
    said = []
    o = copy.deepcopy(c)
    said += [o.me is o, o.l, o.t[0] is o.l, o.t[1] is o.l, o.l is not c.l, vars(copy.deepcopy(C()))]
    o = copy.deepcopy(s)
    said += [o.a, hasattr(o, 'b'), o.a is not s.a]
    for each in l, d:
        o = copy.deepcopy(each)
        said += [o, vars(o), type(o) is type(each)]
    for each in others:
        o = copy.deepcopy(each)
        said += [repr(o), type(o).__name__]
    o = copy.deepcopy(b)
    said += [copy.deepcopy(G()).v, copy.deepcopy(K()), o[0] is o[1], o[2] is o]
    given = P([P(1), (P(2), N(1, P(3)))], {'o': others[1]})
    said += [dataclasses.asdict(given), dataclasses.astuple(given), dataclasses.asdict(given, dict_factory=list)]
    out = io.StringIO()
    json.dump(texts, out)
    said += [out.getvalue(), json.dumps(texts, indent=2), json.dumps(texts, indent='--', separators=(';', '='))]
    try:
        json.dumps(b, indent=1, default=lambda thing: b)
    except ValueError as error:
        said.append(str(error))
    made.append(said)
made = []
thread = threading.Thread(target=make)
thread.start()
thread.join()
make()
";
    for interpreter in interpreters() {
        let mut worker = Worker::start(interpreter, &confinement(), Limits::default()).expect("a worker starts");
        let observed = Some("made[0] == made[1] or [each for each in zip(*made) if each[0] != each[1]]");
        let report = explored_by(&mut worker, &scenario(source, observed)).expect("it explores");
        let seen: Vec<_> = report.outcomes.iter().map(|found| found.outcome.value.as_deref()).collect();
        assert_eq!(seen, [Some("True")], "{interpreter:?}");
    }
}

/// It was always the order in which they had ended.
#[test]
fn a_set_of_futures_comes_in_any_order() {
    let explored = |source: &str| explored_by(&mut worker(), &scenario(source, None)).expect("it explores");
    for (futures, rest) in [
        ("futures.as_completed(given)", ""),
        ("futures.wait(given).done", ""),
        ("[done.pop(), *done]", "done = futures.wait(given)[0]"),
        ("list(done) and list(done)", "pool.shutdown(); done = futures.wait(given)[0]"),
        ("done | left", "done, left = futures.wait(given); left = set()"),
        ("done", "done = futures.wait(given[:2])[0]; list(done); done |= futures.wait(given[2:])[0]"),
        ("(list(done) == list(done.copy())) * list(done)", "done = futures.wait(given)[0]"),
    ] {
        let source = format!(
            "
from concurrent import futures
pool = futures.ThreadPoolExecutor(2)
given = [pool.submit(abs, number) for number in (1, 2, 3)]
{rest}
print(*[future.result() for future in {futures}])
"
        );
        let report = explored(&source);
        assert!(report.is_exhaustive(), "{futures}");
        let seen: Vec<_> = report.outcomes.iter().filter_map(|found| found.outcome.stdout.as_deref()).collect();
        assert_eq!(seen, ["1 2 3\n", "1 3 2\n", "2 1 3\n", "2 3 1\n", "3 1 2\n", "3 2 1\n"], "{futures}");
    }
    let source = "
from concurrent import futures
with futures.ThreadPoolExecutor() as pool:
    done, left = futures.wait([pool.submit(abs, number) for number in range(7)])
print(len(done), len(left), {future.result() for future in done} == set(range(7)))
";
    let report = explored(source);
    assert_eq!(report.unfinished, Some(Unfinished::Order));
    let report =
        explored(&source.replace("{future.result() for future in done} == set(range(7))", "isinstance(done, set)"));
    assert!(report.is_exhaustive());
    assert_eq!(report.outcomes.len(), 1);
    assert_eq!(report.outcomes[0].outcome.stdout.as_deref(), Some("7 0 True\n"));
    // It was refused for its threads, of which it has two.
    let source = "
from concurrent import futures
seen = 0
with futures.ThreadPoolExecutor(1) as pool:
    for _ in range(14):
        done, _ = futures.wait([pool.submit(int), pool.submit(int)])
        seen += len([future.result() for future in done])
print(seen)
";
    let mut worker = worker();
    let mut program = worker.load(&scenario(source, None)).expect("it loads");
    let bounds = Bounds { executions: 5, ..Bounds::default() };
    let report = explore(&mut program, Dpor::default(), bounds, &mut |_| true).expect("it runs");
    assert_eq!(report.outcomes[0].outcome.stdout.as_deref(), Some("28\n"));
}

#[test]
fn the_order_of_a_set_is_always_the_same() {
    let source = "
import threading
class Thing:
    def __init__(self, number):
        self.number = number
things = {Thing(number) for number in range(6)}
locks = [threading.Lock() for _ in range(6)]
print([thing.number for thing in things], [locks.index(lock) for lock in set(locks)])
";
    for _ in 0..3 {
        let report = explored_by(&mut worker(), &scenario(source, None)).expect("it explores");
        let seen: Vec<_> = report.outcomes.iter().map(|found| found.outcome.stdout.as_deref()).collect();
        assert_eq!(seen, [Some("[0, 1, 2, 3, 4, 5] [0, 1, 2, 3, 4, 5]\n")]);
    }
}
