/* SPDX-License-Identifier: Apache-2.0 */
#include "score/language_words.h"

const kt_language_words kt_language_words_table[] = {
  /* clang-format off: lists of words */
  { "en",
    "the to and i a you is in it of that for on my me with this so be have are was just not "
    "but at do what your like good can all get know will up out we now love if day one go "
    "time he she they today see want when they're don't i'm it's can't how think really new "
    "got as about too from or an who back need people would by great more there has been no "
    "why them going her him his make still then much here thanks please happy right never "
    "night last always best thing some over work did off well only very because than "
    "tomorrow morning look could their better next way had our feel life every friends man "
    "before bad home even" },
  { "es",
    "que de no la a y el en es me lo un por una con te los para mi se las si ya más pero al "
    "como del está muy yo todo hoy tu cuando qué le bien su eso hay este porque o soy así "
    "nada esta sin ser ni vida voy mejor día solo ese son gracias quiero tengo también "
    "siempre nos estoy tan fue va hace todos ahora algo jajaja mañana amor gente ver eres "
    "vez sí estar buen esa hola tiene nunca tengo años bueno aquí alguien noche estás hasta "
    "donde sobre tienes desde uno dos ella él nadie puede tanto cómo quien mucho cosas mal "
    "casa hacer tiempo mucha mundo buenos días feliz semana verdad entre ir decir tus mis "
    "vamos creo trabajo después otra dos" },
  { "pt",
    "que não de a o e eu é um me do da em você com para uma mais os no na se mas por meu tá "
    "só pra as muito minha como te vai ser eu tem bem dia hoje quando isso já vou tudo seu "
    "estou ele ela agora sua gente nada foi quem tô aqui nem vida melhor amor ao todo aí até "
    "deus assim sempre mesmo ter ver tão bom fazer estou nunca são dos das pelo pela amanhã "
    "porque esse essa nós você está obrigado obrigada também ainda sei quero tenho fica casa "
    "amo coisa mim noite pessoas lindo cara saudade ficar tempo esse alguém depois onde "
    "estar falar aqui mundo muita sem ano vc ontem acho hora boa eles fim semana parabéns" },
  { "fr",
    "de je la le est pas et les que un a à en une pour des tu c'est ça ce qui me on j'ai il "
    "mais dans du plus avec au sur se si ne tout fait moi suis bien mon elle te ma t'es "
    "quand comme vous j'aime trop y va faire être même nous bon ont par son jour sont aussi "
    "sa merci rien bonne vraiment toujours non cette ai oui aujourd'hui demain soir où peut "
    "mes temps alors encore quoi sans vie mal deux leur soit ils aux avoir vais très après "
    "était faut d'un d'une qu'il l'on jamais gens veux peu toute matin déjà avant nuit ses "
    "voir ou donc notre chez ans autre beau beaucoup depuis pourquoi contre dit ces ton "
    "monde" },
  { "it",
    "che di non e la il un a è per mi in sono ma ho le una si con i lo ti se come da più del "
    "ha mi al della io cosa anche tutto bene ci quando solo ora fare questo hai sei oggi te "
    "fa quello perché mio o nel gli tutti mia ed ancora sempre alla poi niente bella sto dei "
    "chi vita proprio così grazie era casa adesso già essere tu questa amore bello mai cosa "
    "giorno buongiorno domani ne delle molto dove fatto ai va dopo ciao te stato due senza "
    "vuoi devo voglio dire tempo voi loro siamo prima sera allora suo tanto nella parte "
    "mondo tutta qui su qualcosa dai persone sua tutte gente buona notte anni nessuno quanto "
    "meglio dal hanno abbiamo" },
  { "de",
    "ich und die der das ist nicht in du zu es ein mit auf so wir mir mal was den noch wie "
    "für auch eine an aber hab ja von jetzt mich heute ist im dem habe wenn schon bin "
    "einfach mehr man sich nur hat da oder als wird dir doch dann kann immer wieder gut euch "
    "bei morgen mein aus sind nach hier sie er alle war nichts um einen danke haben dass ihr "
    "wird zum mein meine etwas kein warum tag am endlich muss vom weil leute guten dich "
    "werden dein wer denn ganz würde unter gerade leider sehr leben ohne heute abend gestern "
    "schön nacht neue uns diese vor gibt zeit wirklich will jahre keine geht zur wo "
    "eigentlich bisschen machen einer" },
  { "hi",
    "hai ke ka ki ko se me aur ho nahi ye to bhi kya hi na mein ne par kar koi raha sab aap "
    "ek tum jo tha kuch main haan ab bhai mere wo apne baat pe tera tumhe mujhe liye rahe "
    "kyun kab din aaj dil log pyar karo gaya hota sir ji yaar phir bas wala hum isko uska "
    "unka kaise jab tak agar pyaar naam saath acha accha kuch dekho mera meri nhi hoga desh "
    "kal gaye rahi kiya hua jai bahut tere kisi sirf apna kaam bol le jaa aaya gayi kehte "
    "nahin chahiye zindagi abhi ghar wale hain hoon tha thi the karta karte karna apni aise "
    "unki woh iss uss hona jaise bina duniya" },
  { "hi",
    "है के का की को से में और हो नहीं ये तो भी क्या ही ना ने पर कर कोई रहा सब आप एक तुम जो "
    "था कुछ मैं हाँ अब भाई मेरे वो अपने बात तेरा मुझे लिए रहे क्यों कब दिन आज दिल लोग प्यार "
    "गया होता जी यार फिर बस वाला हम उसका कैसे जब तक अगर नाम साथ अच्छा देखो मेरा मेरी होगा "
    "देश कल गए रही किया हुआ जय बहुत किसी सिर्फ अपना काम हैं हूँ थी थे करता करते करना अपनी "
    "ऐसे वह यह इस उस होना जैसे बिना दुनिया नहीं चाहिए जिंदगी अभी घर सरकार भारत बाद द्वारा गई "
    "दिया लेकिन धन्यवाद शुक्रिया बधाई शुभकामनाएं जन्मदिन हार्दिक सुबह रात खराब बुरा सुंदर "
    "खुश दुख गुस्सा फिल्म गाना खेल बारिश पानी खाना पैसा स्कूल बच्चे माँ पिता लड़का लड़की "
    "बड़ा छोटा नया पुराना पहला सही गलत सच झूठ जरूरत कोशिश मतलब सकता सकते सकती चाहता चाहते "
    "रही रहता रहते होती होते जाता जाते जाती आता आते देना लेना कहा कहते बोला सुनो देश लोगों "
    "हमारे हमारा आपको आपका उनके उन्हें इसके उसे इसे मुझको वहाँ यहाँ जहाँ क्योंकि इसलिए ताकि "
    "पूरा सभी कई बार" },
  { "ar",
    "من في على ما لا يا و الله انا كل هذا أن أنا مع عن إلى الى هو اللي بس هي كان لو كنت لي "
    "مش لم انت إذا أنت كيف هذه بعد ان غير حتى ولا بك اليوم لك شي ايه والله او لكن اللهم عليه "
    "يوم بين قبل ليس قلبي احد كلام الناس خير الحب عشان وين مو وش ايش شو هاد ده دي دا كده كذا "
    "اذا فيه فيها عندي عليك علي ذلك التي الذي الذين الحياة عند عام صباح مساء هل متى لماذا "
    "ليش احنا نحن انتم هم هنا هناك كانت يكون تكون قال شكرا حبيبي جدا جديد العالم العربية مصر "
    "السعودية ناس حد حاجة يعني طيب بعض" },
  { "nl",
    "ik de het een en is niet dat je van in op te zijn met voor maar ook wel nog er die heb "
    "aan als naar dan wat mijn zo we bij uit om hij ze kan geen nu meer door dit was gaat "
    "moet weer jij goed heel haar hoe even gewoon hebben mij al zou veel waar over deze "
    "jullie vandaag morgen iemand iets leuk lekker mooi weet denk wij worden waarom altijd "
    "zeggen gaan doen maken tijd dag avond nacht komt alleen onze hun werd thuis niks echt "
    "zien hier mensen weekend dank bedankt eens nooit eerste laat wil willen kunnen zit "
    "staat wordt tegen onder zonder tussen tijdens omdat toch natuurlijk eigenlijk gisteren "
    "jaar week zeker straks daarom zich grote nieuwe" },
  { "pl",
    "nie to się w na i z co jak że jest do tak za ja ale o mi już po jestem mam sobie dzień "
    "czy ten mnie tylko wszystko dla dobrze jeszcze od bardzo tego może dziś jutro dzisiaj "
    "kiedy coś ma by gdzie bo jego moje mój ty był była było są sie też przez ona on oni "
    "dobry dziękuję proszę kto dlaczego teraz zawsze nigdy jej ich ludzie życie pracy domu "
    "czas dobranoc bez przed pod przy więc można trzeba będzie będę chcę wiem myślę lubię "
    "kocham nic tam tu dobra mamy masz jesteś rano wieczorem miłego wczoraj znowu nowy nowa "
    "wielki który która które który roku jeden dwa trzy szkoły" },
  { "tr",
    "bir ve bu ne de da için ben çok o ki ama var mi mı gibi daha sen yok kadar iyi en her "
    "değil bugün şey olan olsun olarak bana beni seni sana biz siz onlar onu benim senin "
    "güzel zaman sonra önce yarın dün şimdi neden nasıl nerede kim hiç artık bile sadece ile "
    "ya hep mutlu günaydın geceler gün gece hayat insan aşk seviyorum istiyorum biliyorum "
    "ediyorum yapmak olmak gelmek gitmek var mı oldu olur olacak etti diye kendi bütün bazı "
    "aynı yeni büyük küçük yıl saat evet hayır teşekkürler teşekkür ederim lütfen tamam abi "
    "kardeş arkadaş ev iş okul türkiye dünya allah inşallah maşallah kötü" },
  { "id",
    "yang dan di ini itu aku tidak ada ya untuk dengan kamu saya dari ke bisa mau sama juga "
    "udah gak nggak aja lagi jadi kalau kalo apa banget sih kok deh nih dong buat orang tapi "
    "hari pagi malam selamat akan sudah karena lebih atau dia mereka kita kami pada dalam "
    "oleh bukan belum harus seperti semua banyak sangat sekali saja masih hanya baru tahun "
    "waktu rumah teman cinta sayang hidup mana siapa kenapa bagaimana kapan besok kemarin "
    "sekarang makan tidur pergi datang pulang kerja sekolah terima kasih tolong maaf baik "
    "bagus cantik senang sedih suka tau gimana emang biar terus sampai setelah sebelum tanpa "
    "antara" },
  { "ms",
    "yang dan di ini itu aku tidak tak ada untuk dengan awak saya dari ke boleh nak sama "
    "juga dah je lagi jadi kalau apa sangat orang tapi hari pagi malam selamat akan sudah "
    "kerana lebih atau dia mereka kita kami pada dalam oleh bukan belum mesti macam semua "
    "banyak sahaja masih baru tahun masa rumah kawan sayang hidup mana siapa kenapa bila "
    "esok semalam sekarang makan tidur pergi datang balik kerja sekolah terima kasih tolong "
    "maaf baik bagus cantik gembira sedih suka tahu bagaimana lah pun kan kat dekat hang "
    "depa kitorang diorang" },
  { "sv",
    "och jag det är att inte på en i som för av med har till den du så ett vi om men var han "
    "kan hon mig min de från nu bara ska dig alla när eller här där vad hur varför bra man "
    "mycket idag imorgon igår aldrig alltid något någon ingen också även bli blir blev få "
    "får fick vill skulle kommer går gör säger ser vara varit hade än mer efter vid under "
    "över mellan utan eftersom god kväll natt morgon dag vecka år tid hem hemma jobb skola "
    "människor vän vänner kärlek älskar tycker tror vet tack snälla hej förlåt kul roligt "
    "ledsen glad fin vackert nya stora lilla första varje själv väl ju nog" },
  { "da",
    "og jeg det er at ikke på en i som for af med har til den du så et vi om men var han kan "
    "hun mig min de fra nu bare skal dig alle når eller her der hvad hvordan hvorfor godt "
    "man meget dag morgen går aldrig altid noget nogen ingen også blive bliver blev få får "
    "fik vil skulle kommer gør siger ser være været havde end mere efter ved under over "
    "mellem uden fordi god aften nat uge år tid hjem hjemme arbejde skole mennesker ven "
    "venner kærlighed elsker synes tror ved tak hej undskyld sjovt ked glad smuk nye store "
    "lille første hver selv jo nok lige måske sgu" },
  { "no",
    "og jeg det er at ikke på en i som for av med har til den du så et vi om men var han kan "
    "hun meg min de fra nå bare skal deg alle når eller her der hva hvordan hvorfor bra man "
    "mye dag morgen går aldri alltid noe noen ingen også bli blir ble få får fikk vil skulle "
    "kommer gjør sier ser være vært hadde enn mer etter ved under over mellom uten fordi god "
    "kveld natt uke år tid hjem hjemme jobb skole mennesker venn venner kjærlighet elsker "
    "synes tror vet takk hei unnskyld gøy lei glad fin nye store lille første hver selv jo "
    "nok litt kanskje veldig" },
  { "fi",
    "ja on ei se että en hän mutta olen ole minä sinä me te he niin kun kuin jos nyt vain "
    "myös oli mitä mikä kuka missä miksi milloin miten tämä tuo nämä sen sitä siitä siellä "
    "täällä joka jotka hyvä hyvää paljon tänään huomenna eilen aina koskaan vielä enää "
    "sitten ennen jälkeen kanssa ilman mukaan kaikki joku mitään kiitos anteeksi moi hei "
    "huomenta yötä iltaa päivää viikko vuosi aika koti kotona työ töissä koulu ihmiset "
    "ystävä rakkaus rakastan tykkään luulen tiedän haluan pitää täytyy voi voin saa olla "
    "tehdä mennä tulla sanoa nähdä kiva hauska surullinen iloinen kaunis uusi suuri pieni "
    "ensimmäinen oikeasti ihan todella tosi vähän" },
  { "ca",
    "que de no la a i el en és em ho un per una amb et els per al meu es les si ja més però "
    "com del està molt jo tot avui teu quan què li bé seu això hi ha aquest perquè o sóc "
    "així res aquesta sense ser ni vida vaig millor dia només són gràcies vull tinc també "
    "sempre ens estic tan va fa tots ara alguna demà gent veure ets vegada sí estar bon hola "
    "mai anys bo aquí algú nit fins on sobre tens des dels dues ella ell ningú pot tant qui "
    "moltes coses malament casa fer temps món bona nit bon feliç setmana veritat entre anar "
    "dir els meus anem crec feina després altra nosaltres vosaltres" },
  { "gl",
    "que de non a o e eu é un me do da en ti con para unha máis os no na se mais por meu só "
    "as moi miña como te vai ser ten ben día hoxe cando isto xa vou todo seu estou el ela "
    "agora súa xente nada foi quen aquí nin vida mellor amor ao ata así sempre mesmo ter ver "
    "tan bo facer nunca son dos das polo pola mañá porque ese esa nós vós grazas tamén aínda "
    "sei quero teño casa cousa noite persoas tempo alguén despois onde estar falar mundo "
    "moita sen ano onte coido hora boa eles semana parabéns dous dúas hai fixo" },
  { "ro",
    "de și nu în a să o la cu pe că mai ce un este e mă am din se pentru ai te ca fi mi dar "
    "tot când sunt ne acum bine asta foarte doar are care îmi cum vă sau ei el ea noi voi "
    "lui lor azi mâine ieri mereu niciodată nimic ceva cineva unde de ce pentru că după "
    "înainte fără până spre despre între bună ziua seara noapte dimineața săptămână an ani "
    "timp acasă casă muncă școală oameni prieten prieteni dragoste iubesc cred știu vreau "
    "trebuie pot poate avea face fac merg vine spune văd fost era mulțumesc scuze salut "
    "frumos fericit trist nou mare mic primul toate toți fiecare chiar cât atât" },
  { "cs",
    "a je to se na že v jsem si s ale z do jak co tak mi by už ten jen za když není o po pro "
    "má mě jsou ty jsi nebo být byl byla bylo být jako až taky dnes zítra včera vždy nikdy "
    "něco někdo nic kde proč kdy který která které můj moje tvůj jeho její náš váš jejich "
    "dobrý den dobrou noc ráno večer týden rok čas doma práce škola lidé přítel láska miluju "
    "myslím vím chci musím můžu mít dělat jít přijít říct vidět děkuji prosím ahoj promiň "
    "hezký šťastný smutný nový velký malý první všechno všichni každý opravdu moc hodně málo "
    "ještě protože" },
  { "sk",
    "a je to sa na že v som si s ale z do ako čo tak mi by už ten len za keď nie o po pre má "
    "ma sú ty alebo byť bol bola bolo až tiež dnes zajtra včera vždy nikdy niečo niekto nič "
    "kde prečo kedy ktorý ktorá ktoré môj moja tvoj jeho jej náš váš ich dobrý deň dobrú noc "
    "ráno večer týždeň rok čas doma práca škola ľudia priateľ láska milujem myslím viem "
    "chcem musím môžem mať robiť ísť prísť povedať vidieť ďakujem prosím ahoj prepáč pekný "
    "šťastný smutný nový veľký malý prvý všetko všetci každý naozaj veľmi veľa málo ešte "
    "pretože" },
  { "hr",
    "i je u se na da za ne to sam od su s što ali kao samo o ja ti si smo ste sve bi me mi "
    "kako iz ili ako nije još već kad ima biti bio bila bilo danas sutra jučer uvijek nikad "
    "nešto netko ništa gdje zašto kada koji koja koje moj moja tvoj njegov njen naš vaš "
    "njihov dobar dan laku noć jutro večer tjedan godina vrijeme kući kuća posao škola ljudi "
    "prijatelj ljubav volim mislim znam želim moram mogu imati raditi ići doći reći vidjeti "
    "hvala molim bok oprosti lijepo sretan tužan novi veliki mali prvi svi svaki stvarno "
    "jako puno malo jer onda ovo bez pre dobro" },
  { "hu",
    "a az és hogy nem is egy meg de ha ez csak már van volt én te ő mi ti ők még mint mert "
    "el ki fel le be vagy kell lesz ma holnap tegnap mindig soha valami valaki semmi hol "
    "miért mikor hogyan aki ami amely jó napot reggelt estét éjszakát hét év idő otthon ház "
    "munka iskola emberek barát szerelem szeretem szeretlek gondolom tudom akarok lehet tud "
    "csinál megy jön mond lát köszönöm kérem szia bocsánat szép boldog szomorú új nagy kicsi "
    "első minden mindenki nagyon sok kevés most majd után előtt nélkül között lenne volna "
    "olyan ilyen itt ott ezt azt neki nekem" },
  { "vi",
    "là và của có không một các cho được với này những người trong tôi bạn đã để khi đi rồi "
    "thì mà làm cũng như ra anh em chị ở nhiều đến lại nào gì sao ai đâu bao giờ hôm nay "
    "ngày mai hôm qua luôn vẫn đang sẽ phải muốn biết yêu thích nghĩ thấy nói nhà việc học "
    "trường bạn bè tình yêu cuộc sống thời gian tuần năm sáng tối đêm chào cảm ơn xin lỗi "
    "đẹp vui buồn mới lớn nhỏ đầu tiên tất cả mọi rất quá lắm chỉ vì nên nhưng nếu trước sau "
    "giữa từ về trên dưới hơn nhất thế này kia đó chưa hay việt nam" },
  { "tl",
    "ang ng sa na mga ako ko mo ka si ni at hindi ay yung lang naman para may kung pa ba po "
    "siya niya ito yan kasi din rin namin natin kami tayo sila nila wala meron dahil pero "
    "mahal kita gusto alam ano bakit paano saan kailan sino ngayon bukas kahapon palagi "
    "lahat tao bahay trabaho eskwela kaibigan buhay araw gabi umaga magandang salamat "
    "pasensya maganda masaya malungkot bago malaki maliit una talaga sobra sana pala nga daw "
    "raw eh mag nag pag kayo inyo dito doon diyan isang dalawa muna ulit" },
  { "sw",
    "na ya wa kwa ni katika la za hii si kuwa cha ili kama au lakini sana leo kesho jana "
    "mimi wewe yeye sisi nyinyi wao hapa huko nini nani wapi lini kwanini vipi habari asante "
    "tafadhali samahani ndiyo hapana watu mtu rafiki nyumba kazi shule maisha upendo siku "
    "usiku asubuhi jioni wiki mwaka wakati nzuri mbaya furaha huzuni mpya kubwa dogo kwanza "
    "kila wote sasa bado pia hivyo baada kabla bila kati tu nina una ana tuna wana nataka "
    "najua napenda kusema kufanya kwenda kuja kuona" },
  { "af",
    "die en is nie in van ek het dit vir jy 'n wat te met op om so my sy ons maar was hulle "
    "hy daar nog ook sal kan aan as baie net hier nou moet by uit oor na dan hom haar julle "
    "waar hoe hoekom wie wanneer vandag môre gister altyd nooit iets iemand niks goeie nag "
    "oggend aand week jaar tyd huis werk skool mense vriend liefde lief dink weet wil gaan "
    "kom sê sien dankie asseblief hallo jammer mooi gelukkig hartseer nuwe groot klein "
    "eerste alles almal elke regtig lekker" },
  { "lt",
    "ir yra kad aš tai ne su į iš bet kaip man jau tu mes jis ji jie dar tik labai čia ten "
    "kur kada kodėl kas koks kuri mano tavo jo mūsų šiandien rytoj vakar visada niekada "
    "kažkas nieko laba diena labas rytas vakaras naktis savaitė metai laikas namai namuose "
    "darbas mokykla žmonės draugas meilė myliu manau žinau noriu reikia galiu turėti daryti "
    "eiti ateiti pasakyti matyti ačiū prašau sveiki atsiprašau gražu laimingas liūdna naujas "
    "didelis mažas pirmas viskas visi kiekvienas tikrai daug mažai nes po prieš be apie buvo "
    "bus būti" },
  { "lv",
    "un ir ka es tas nav ar uz no bet kā man jau tu mēs viņš viņa viņi vēl tikai ļoti šeit "
    "tur kur kad kāpēc kas kāds kura mans tavs mūsu šodien rīt vakar vienmēr nekad kaut "
    "nekas laba diena labrīt vakars nakts nedēļa gads laiks mājas mājās darbs skola cilvēki "
    "draugs mīlestība mīlu domāju zinu gribu vajag varu darīt iet nākt teikt redzēt paldies "
    "lūdzu sveiki piedod skaisti laimīgs skumji jauns liels mazs pirmais viss visi katrs "
    "tiešām daudz maz jo pēc pirms bez par bija būs būt" },
  { "et",
    "ja on ei see et ma sa ta me te nad aga ka kui siis nii oma mis kes kus miks millal "
    "kuidas mina sina minu sinu tema meie täna homme eile alati kunagi midagi keegi tere "
    "päevast hommikust õhtust head ööd nädal aasta aeg kodu kodus töö kool inimesed sõber "
    "armastus armastan arvan tean tahan pean võin olla teha minna tulla öelda näha aitäh "
    "palun vabandust ilus õnnelik kurb uus suur väike esimene kõik iga tõesti väga palju "
    "vähe sest pärast enne ilma oli oleks veel juba ainult nüüd siin seal" },
  { "sl",
    "je in da se na za v sem ne to pa s so bi kot si tudi ki ali še že samo o jaz ti mi smo "
    "ste vse me kako iz ko ni kaj kje zakaj kdaj kdo moj moja tvoj njegov naš vaš danes "
    "jutri včeraj vedno nikoli nekaj nekdo nič dober dan lahko noč jutro večer teden leto "
    "čas doma hiša delo šola ljudje prijatelj ljubezen ljubim mislim vem hočem moram morem "
    "imeti delati iti priti reči videti hvala prosim živjo oprosti lepo srečen žalosten nov "
    "velik majhen prvi vsi vsak res zelo veliko malo ker potem brez" },
  { "sq",
    "të në e dhe një që për me nga i se nuk është si unë ti ai ajo ne ju ata po jo por shumë "
    "edhe kjo ky këtë ka kam janë ishte do duhet mund këtu atje ku kur pse kush çfarë sot "
    "nesër dje gjithmonë kurrë diçka dikush asgjë mirë mëngjes mbrëma natën javë vit kohë "
    "shtëpi punë shkollë njerëz mik dashuri dua mendoj di them shoh faleminderit "
    "përshëndetje më falni bukur lumtur trishtuar ri madh vogël parë gjitha çdo vërtet pak "
    "sepse pas para pa" },
  { "eu",
    "eta da ez du bat dut ere zen den oso hau hori baina egin dira izan nik zuk hark guk "
    "gara zara naiz dago daude nola non noiz zergatik nor zer gaur bihar atzo beti inoiz "
    "zerbait norbait ezer egun on gabon arratsalde astea urtea denbora etxea etxean lana "
    "eskola jendea laguna maitasuna maite uste dakit nahi behar ahal joan etorri esan ikusi "
    "eskerrik asko mesedez kaixo barkatu polita pozik triste berria handia txikia lehen "
    "guztiak bakoitza benetan gutxi gero orain" },
  { "cy",
    "y i yn a ar o mae wedi ei eu am fy dy ni chi nhw fi ti ef hi ond hefyd gan gyda heb dim "
    "yw oedd bod bydd roedd sydd beth pwy ble pam pryd sut heddiw yfory ddoe bob amser byth "
    "rhywbeth rhywun bore da prynhawn nos wythnos blwyddyn tŷ gartref gwaith ysgol pobl "
    "ffrind cariad caru meddwl gwybod eisiau rhaid gallu gwneud mynd dod dweud gweld diolch "
    "os gwelwch dda helo sori hardd hapus trist newydd mawr bach cyntaf pawb iawn llawer" },
  { "is",
    "og að er í á ekki það ég sem við til var með um en þú hann hún þau fyrir af frá þetta "
    "svo hafa hefur eða því mér þér mig þig hér þar hvar hvenær hvers vegna hver hvað í dag "
    "morgun gær alltaf aldrei eitthvað einhver ekkert góðan daginn góða nótt kvöld vika ár "
    "tími heim heima vinna skóli fólk vinur ást elska held veit vil verð get gera fara koma "
    "segja sjá takk halló fyrirgefðu fallegt glaður leiður nýr stór lítill fyrsti allt allir "
    "mjög mikið" },
  { "fa",
    "و به در از که این را با است برای آن یک خود تا هم من تو ما شما او بر هر یا نه اگر چه کجا "
    "کی چرا چطور امروز فردا دیروز همیشه هیچ چیزی کسی صبح بخیر شب روز هفته سال وقت خانه کار "
    "مدرسه مردم دوست عشق دارم می‌دانم می‌خواهم باید کردن رفتن آمدن گفتن دیدن ممنون سلام "
    "ببخشید زیبا خوشحال غمگین جدید بزرگ کوچک اول همه خیلی کم شد شده کرد کرده می شود بود بودن "
    "هستم هست هستند نیست خوب چون پس اما ولی دیگر پیش بعد" },
  { "ur",
    "ہے کے کی کا میں سے کو اور نے نہیں پر یہ وہ ہیں بھی ہو تو کر ایک جو ہم آپ تم تھا تھی تھے "
    "کیا کوئی کچھ ہی گیا گئی رہا رہی رہے مجھے میرا میری میرے تیرا اپنے اپنی لیے ساتھ کیوں کب "
    "کہاں کیسے کون آج کل ہمیشہ کبھی صبح رات دن ہفتہ سال وقت گھر کام لوگ دوست محبت پیار جانتا "
    "چاہتا کرنا جانا آنا کہنا دیکھنا شکریہ سلام معاف خوبصورت خوش اداس نیا بڑا چھوٹا پہلا سب "
    "ہر بہت کم اگر لیکن مگر بعد پہلے بغیر پاکستان" },
  { "mr",
    "आहे आणि च्या ची चा चे ला ने मी तू तो ती ते आपण आम्ही तुम्ही हे हा ही नाही पण तर काय का "
    "कधी कुठे कसा कोण आज उद्या काल नेहमी कधीच काही कोणी सकाळ रात्र दिवस आठवडा वर्ष वेळ घर "
    "काम शाळा लोक मित्र प्रेम माहीत हवे करणे जाणे येणे सांगणे पाहणे धन्यवाद नमस्कार माफ "
    "सुंदर आनंदी दुःखी नवीन मोठा लहान पहिला सर्व प्रत्येक खूप थोडे झाले झाला होते होता आहेत "
    "असे म्हणून नंतर आधी शिवाय मला तुला त्याला माझे तुझे" },
  { "ne",
    "छ र को मा ले लाई छन हो यो त्यो म तिमी उनी हामी तपाईं पनि त के किन कहिले कहाँ कसरी को आज "
    "भोलि हिजो सधैं कहिल्यै केही कोही बिहान राति दिन हप्ता वर्ष समय घर काम स्कूल मानिस साथी "
    "माया थाहा चाहिन्छ गर्नु जानु आउनु भन्नु हेर्नु धन्यवाद नमस्ते माफ राम्रो खुसी दुखी नयाँ "
    "ठूलो सानो पहिलो सबै प्रत्येक धेरै थोरै भयो थियो थिए हुन्छ भने पछि अघि बिना मलाई तिमीलाई "
    "मेरो तिम्रो गर्ने भएको गरेको नेपाल" },
  { NULL, NULL },
  /* clang-format on */
};
