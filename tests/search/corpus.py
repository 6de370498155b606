"""A blog in ten languages, written for the tests of the search: short texts, some about the same subject in several languages."""

from collections.abc import Mapping
from types import MappingProxyType


def _post(title: str, body: str, *, lang: str = "en", tags: str = "", date: str = "2026-01-05") -> str:
    return f"---\ntitle: {title!r}\ndate: {date}\ntags: [{tags}]\nlang: {lang}\n---\n{body}\n"


CORPUS: Mapping[str, str] = MappingProxyType({
    "probes.md": _post(
        "Readiness probes that can say no",
        """A kubelet asks every pod whether it may get requests.

## What a probe costs

One request every five seconds, answered from memory.

## Configure it

```yaml
readinessProbe:
  httpGet:
    path: /api/ready
```

The field `initialDelaySeconds` is rarely needed.""",
        tags="Kubernetes, Operations",
    ),
    "sampling.md": _post(
        "Head sampling before the instrumentation",
        """Deciding early saves the price of spans that nobody keeps.

## Tail sampling

Tail sampling looks at the whole trace, and needs a collector with a lot of memory.

## Choosing the ratio

Ten percent of the traces are plenty for a small site.""",
        tags="Observability",
        date="2025-03-02",
    ),
    "asyncio.md": _post(
        "Structured concurrency in Python",
        """`asyncio.TaskGroup` ends all tasks when one of them fails.

## Cancelling

A task that swallows `CancelledError` hangs the group.

```python
async with asyncio.TaskGroup() as group:
    group.create_task(fetch_pages())
```""",
        tags="Python",
        date="2025-11-20",
    ),
    "settings.md": _post(
        "Settings from the environment",
        """The port is read from BLOG_PORT, the host from BLOG_HOST.

## Errors at the start

A wrong value ends the start with one sentence that names the variable.""",
        tags="Python, Operations",
        date="2024-06-11",
    ),
    "sourdough.md": _post(
        "Baking sourdough bread",
        """Flour, water, salt and a lively starter.

## The oven

Preheat a cast-iron pot until it is very hot, then bake for forty minutes.

## Crust and crumb

Steam in the first minutes makes the crust thin and crisp.""",
        tags="Kitchen",
        date="2023-02-14",
    ),
    "bicycle.md": _post(
        "Repairing a bicycle in the rain",
        """A puncture is mended in ten minutes if the tyre levers are at hand.

## The chain

Clean chains run quietly; a drop of oil on every roller is enough.

## Brakes

Squeaking brakes want new pads.""",
        tags="Travel",
        date="2024-09-01",
    ),
    "compilers.md": _post(
        "Writing a compiler in C++",
        """C++ templates are a language of their own. Rust and C# chose other ways.

## Parsing

A recursive descent parser is fifty lines.

## Register allocation

Graph colouring assigns registers; spilling writes them to memory.""",
        tags="C++, Languages",
        date="2022-05-05",
    ),
    "postgres.md": _post(
        "Indexes in PostgreSQL",
        """A partial index stays small. An index on an expression finds `lower(email)`.

## Bloat

Vacuum removes dead rows; a table that is updated all day grows without it.

```sql
CREATE INDEX CONCURRENTLY posts_by_date ON posts (published DESC);
```""",
        tags="Databases",
        date="2025-07-07",
    ),
    "coffee.md": _post(
        "Café culture and the perfect espresso",
        """The barista grinds the beans finely. A naïve recipe uses boiling water.

## Milk

Steamed milk turns espresso into a cappuccino.""",
        tags="Kitchen",
        date="2023-08-20",
    ),
    "resume.md": _post(
        "How to resume a download",
        """A range request asks for the part that is missing, so a player may resume in the middle.""",
        tags="HTTP",
        date="2025-02-02",
    ),
    "cv.md": _post(
        "Writing a résumé for engineers",
        "One page, no photo. A résumé lists results, not duties.",
        tags="Career",
        date="2025-02-03",
    ),
    "tunnels.md": _post(
        "Tunnels instead of open ports",
        """A tunnel dials out, so the firewall stays closed. Cloudflared keeps four connections.

## Metrics

`cloudflared_tunnel_ha_connections` says how many are up.""",
        tags="Operations, Kubernetes",
        date="2026-01-01",
    ),
    "garden.md": _post(
        "A kitchen garden on the balcony",
        "Tomatoes want sun, parsley wants shade. Water in the morning; mulching keeps the soil moist.",
        tags="Garden",
        date="2024-04-04",
    ),
    "grosse.md": _post(
        "Die richtige Größe der Bilder",
        """Große Bilder laden langsam. Die Größe bestimmt die Ladezeit.

## Häuser und Straßen

Fotos von Häusern brauchen mehr Auflösung als Fotos von Straßen.""",
        lang="de", tags="Bilder", date="2025-05-01",
    ),
    "zertifikate.md": _post(
        "Zertifikate erneuern ohne Ausfall",
        """Ein Zertifikat gilt neunzig Tage. Die Erneuerung läuft nachts.

## Schlüssel

Private Schlüssel verlassen den Server nie.""",
        lang="de", tags="Sicherheit", date="2025-05-02",
    ),
    "wandern.md": _post(
        "Wandern im Schwarzwald",
        "Von der Hütte führt ein schmaler Pfad über den Gipfel zum See. Wanderungen im Herbst sind am schönsten.",
        lang="de", tags="Reisen", date="2024-10-03",
    ),
    "certificats.md": _post(
        "Renouveler les certificats sans interruption",
        """Le serveur vérifie chaque nuit la date d’expiration.

## L’été dernier

Une clé privée perdue a coûté une journée entière.""",
        lang="fr", tags="Sécurité", date="2025-06-01",
    ),
    "fromage.md": _post(
        "Les fromages de montagne",
        "Le beaufort et le reblochon viennent des alpages. Les chèvres broutent près des rochers.",
        lang="fr", tags="Cuisine", date="2024-12-12",
    ),
    "shoumeisho.md": _post(
        "証明書の自動更新",
        """サーバーの証明書は九十日で期限が切れます。

## 秘密鍵

秘密鍵はサーバーの外に出しません。東京都の会社で使っています。""",
        lang="ja", tags="セキュリティ", date="2025-08-01",
    ),
    "ramen.md": _post(
        "美味しいラーメンの作り方",
        "スープは豚骨を一晩煮込みます。麺は細いほうが好きです。京都で食べた味が忘れられません。",
        lang="ja", tags="料理", date="2024-03-03",
    ),
    "zhengshu.md": _post(
        "自动更新证书",
        """服务器的证书每九十天过期一次。

## 私钥管理

私钥不能离开服务器。""",
        lang="zh", tags="安全", date="2025-08-02",
    ),
    "beijing.md": _post(
        "北京的秋天",
        "秋天的香山红叶很美。故宫的屋顶在阳光下闪闪发光，胡同里有烤鸭的香味。",
        lang="zh", tags="旅行", date="2023-10-10",
    ),
    "kubernetes-ko.md": _post(
        "쿠버네티스를 처음 배우는 사람에게",
        """파드는 컨테이너의 묶음입니다.

## 준비 상태 검사

준비되지 않은 파드는 트래픽을 받지 않습니다.""",
        lang="ko", tags="쿠버네티스", date="2025-09-09",
    ),
    "kimchi.md": _post(
        "김치를 담그는 법",
        "배추를 소금에 절이고 고춧가루와 마늘을 넣습니다. 겨울에는 마당에 묻어 둡니다.",
        lang="ko", tags="요리", date="2024-11-11",
    ),
    "rezerv.md": _post(
        "Резервные копии баз данных",
        """Копия, которую никто не восстанавливал, не является копией.

## Ёлка и снег

Зимой сервер греет комнату лучше печки. Книгами о репликации завален стол.""",
        lang="ru", tags="Базы данных", date="2025-01-15",
    ),
    "borsch.md": _post(
        "Борщ по бабушкиному рецепту",
        "Свёклу тушат отдельно, капусту кладут в конце. Подавать со сметаной.",
        lang="ru", tags="Кухня", date="2024-01-20",
    ),
    "amn.md": _post(
        "أمن الخوادم للمبتدئين",
        """تحديث الشهادات تلقائياً يمنع انقطاع الخدمة.

## المفاتيح

المفتاح الخاص لا يغادر الخادم أبداً. القُرْآن مثال على نص مشكول.""",
        lang="ar", tags="أمن", date="2025-04-04",
    ),
    "qahwa.md": _post(
        "القهوة العربية وطريقة إعدادها",
        "تُحمّص الحبوب على نار هادئة ثم تُطحن مع الهيل. الضيافة تبدأ بفنجان.",
        lang="ar", tags="مطبخ", date="2024-02-02",
    ),
    "suraksha.md": _post(
        "सर्वर की सुरक्षा",
        """प्रमाणपत्र हर नब्बे दिन में नया होता है।

## निजी कुंजी

कुंजी सर्वर से बाहर नहीं जाती। किताबें पढ़ना भी ज़रूरी है।""",
        lang="hi", tags="सुरक्षा", date="2025-04-05",
    ),
    "chai.md": _post(
        "मसाला चाय बनाने की विधि",
        "अदरक और इलायची को पानी में उबालें, फिर दूध और चीनी डालें।",
        lang="hi", tags="रसोई", date="2024-02-03",
    ),
    "tomyam.md": _post(
        "วิธีทำต้มยำกุ้ง",
        "ต้มน้ำซุปกับตะไคร้และใบมะกรูด ใส่กุ้งสดและน้ำพริกเผา",
        lang="th", tags="อาหาร", date="2024-07-07",
    ),
    "bairapong.md": _post(
        "การต่ออายุใบรับรองเซิร์ฟเวอร์",
        "ใบรับรองหมดอายุทุกเก้าสิบวัน เซิร์ฟเวอร์ต่ออายุเองทุกคืน",
        lang="th", tags="ความปลอดภัย", date="2025-08-08",
    ),
    "draft.md": "---\ntitle: Unfinished thoughts on zeppelins\ndraft: true\n---\nA zeppelin floats.\n",
    "future.md": "---\ntitle: The year of the submarine\ndate: 2030-01-01\n---\nA submarine dives.\n",
    "pages/about.md": "---\ntitle: About this blog\n---\nIt is written by a gardener who programs. Write to the lighthouse.\n",
    "glossary/index.md": "---\ntitle: Glossary\n---\nWords of this blog.\n",
    "glossary/operating/edition.md": "---\ntitle: Edition\n---\nAll pages of the site at one moment, like a newspaper.\n",
})  # fmt: skip
