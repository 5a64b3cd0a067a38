// Every string of the page: `page` around the phones, `app` inside them.
export const page = {
  en: {
    tagline: "The sandbox. Nothing leaves this machine.",
    clock: "Clock", hour: "+1 h", day: "+1 day", week: "+1 week", other_time: "Move the clock forward",
    days: "Days", hours: "Hours", minutes: "Minutes", move: "Move",
    faults: "Faults", faults_about: "What the providers do on a bad day, until you switch it off:",
    rate: "Too many messages", server: "Server error", lost: "Lost answers", slow: "Slow answers",
    duplicate: "Repeated deliveries", reorder: "Wrong order",
    rate_about: "429 and 130429", server_about: "500, nothing is done", lost_about: "done, but no answer",
    slow_about: "3 seconds late", duplicate_about: "each comes twice", reorder_about: "the later one first",
    language: "Language of this page", phones: "Phones", add: "Add a phone", add_it: "Add",
    app: "App", name: "Name", country: "Country", phone_language: "Language of the phone",
    hidden_number: "Hide the number (WhatsApp user name)", cancel: "Cancel",
    lost_server: "The sandbox has stopped. Start it again with “make demo”.",
    block: "Block", unblock: "Unblock", officer: "Gendarmerie, Niamey", association: "Association, Tunis", coordinator: "Coordinator, Dakar",
  },
  fr: {
    tagline: "Le bac à sable. Rien ne quitte cette machine.",
    clock: "Horloge", hour: "+1 h", day: "+1 jour", week: "+1 sem.", other_time: "Avancer l’horloge",
    days: "Jours", hours: "Heures", minutes: "Minutes", move: "Avancer",
    faults: "Pannes", faults_about: "Ce que font les fournisseurs un mauvais jour, jusqu’à l’arrêt :",
    rate: "Trop de messages", server: "Erreur du serveur", lost: "Réponses perdues", slow: "Réponses lentes",
    duplicate: "Livraisons répétées", reorder: "Ordre inversé",
    rate_about: "429 et 130429", server_about: "500, rien n’est fait", lost_about: "fait, mais sans réponse",
    slow_about: "3 secondes de retard", duplicate_about: "chacune vient deux fois", reorder_about: "la dernière d’abord",
    language: "Langue de cette page", phones: "Téléphones", add: "Ajouter un téléphone", add_it: "Ajouter",
    app: "Application", name: "Nom", country: "Pays", phone_language: "Langue du téléphone",
    hidden_number: "Masquer le numéro (nom d’utilisateur WhatsApp)", cancel: "Annuler",
    lost_server: "Le bac à sable s’est arrêté. Relancez-le avec « make demo ».",
    block: "Bloquer", unblock: "Débloquer", officer: "Gendarmerie, Niamey", association: "Association, Tunis", coordinator: "Coordinatrice, Dakar",
  },
  ar: {
    tagline: "بيئة التجربة. لا شيء يغادر هذا الجهاز.",
    clock: "الساعة", hour: "+ساعة", day: "+يوم", week: "+أسبوع", other_time: "تقديم الساعة",
    days: "أيام", hours: "ساعات", minutes: "دقائق", move: "قدّم",
    faults: "أعطال", faults_about: "ما يفعله المزوّدون في يوم سيئ، إلى أن توقفه:",
    rate: "رسائل كثيرة", server: "خطأ في الخادم", lost: "ردود ضائعة", slow: "ردود بطيئة",
    duplicate: "تسليم مكرر", reorder: "ترتيب معكوس",
    rate_about: "429 و130429", server_about: "500، ولا يُنفّذ شيء", lost_about: "نُفّذ دون ردّ",
    slow_about: "تأخر 3 ثوانٍ", duplicate_about: "يصل كل شيء مرتين", reorder_about: "الأخير أولًا",
    language: "لغة هذه الصفحة", phones: "الهواتف", add: "إضافة هاتف", add_it: "إضافة",
    app: "التطبيق", name: "الاسم", country: "البلد", phone_language: "لغة الهاتف",
    hidden_number: "إخفاء الرقم (اسم مستخدم واتساب)", cancel: "إلغاء",
    lost_server: "توقفت بيئة التجربة. شغّلها من جديد بالأمر «make demo».",
    block: "حظر", unblock: "رفع الحظر", officer: "الدرك، نيامي", association: "جمعية، تونس", coordinator: "منسقة، داكار",
  },
};

export const app = {
  en: {
    online: "online", typing: "typing…", bot: "bot", message: "Message", start: "START", menu: "Menu", send: "Send",
    edited: "edited", today: "Today", attach: "Attach", voice: "Voice note", picture: "Picture", document: "Document",
    close: "Close", you: "You", blocked: "You blocked this contact.", unblock: "Unblock", edit: "Edit", play: "Play",
    empty_whatsapp: "Messages to this business are not seen by anyone outside this machine.",
    empty_telegram: "What can this bot do?\n\nPress START to meet the network.",
    sent: "sent", delivered: "delivered", read: "read",
  },
  fr: {
    online: "en ligne", typing: "écrit…", bot: "bot", message: "Message", start: "DÉMARRER", menu: "Menu",
    send: "Envoyer", edited: "modifié", today: "Aujourd’hui", attach: "Joindre", voice: "Message vocal",
    picture: "Image", document: "Document", close: "Fermer", you: "Vous", blocked: "Vous avez bloqué ce contact.",
    unblock: "Débloquer", edit: "Modifier", play: "Écouter",
    empty_whatsapp: "Personne hors de cette machine ne voit les messages à cette entreprise.",
    empty_telegram: "Que peut faire ce bot ?\n\nAppuyez sur DÉMARRER pour découvrir le réseau.",
    sent: "envoyé", delivered: "distribué", read: "lu",
  },
  ar: {
    online: "متصل الآن", typing: "يكتب…", bot: "بوت", message: "رسالة", start: "ابدأ", menu: "القائمة", send: "إرسال",
    edited: "معدَّلة", today: "اليوم", attach: "إرفاق", voice: "رسالة صوتية", picture: "صورة", document: "مستند",
    close: "إغلاق", you: "أنت", blocked: "لقد حظرت جهة الاتصال هذه.", unblock: "رفع الحظر", edit: "تعديل", play: "تشغيل",
    empty_whatsapp: "لا أحد خارج هذا الجهاز يرى الرسائل إلى هذا الحساب.",
    empty_telegram: "ماذا يفعل هذا البوت؟\n\nاضغط «ابدأ» للتعرف على الشبكة.",
    sent: "أُرسلت", delivered: "وصلت", read: "قُرئت",
  },
};

export const languages = { en: "English", fr: "Français", ar: "العربية" };
export const rightToLeft = (language) => language === "ar";
